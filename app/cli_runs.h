/* The verbs of mantissa-cli runs. Each gets the words behind its name and returns an exit status of
 * cli_options.h. */
#ifndef APP_CLI_RUNS_H
#define APP_CLI_RUNS_H

int cli_runs_show(int argc, char **argv);
int cli_runs_diff(int argc, char **argv);
int cli_runs_export(int argc, char **argv);

#endif
