/* The commands of mantissa-cli. Each gets the words behind its name and returns an exit status of
 * cli_options.h. */
#ifndef APP_CLI_COMMANDS_H
#define APP_CLI_COMMANDS_H

int cli_train(int argc, char **argv);
int cli_runs(int argc, char **argv);
int cli_bench(int argc, char **argv);
int cli_presets(int argc, char **argv);
int cli_estimate(int argc, char **argv);
int cli_rivals(int argc, char **argv);
int cli_check_vectors(int argc, char **argv);
int cli_cycles(int argc, char **argv);
int cli_fmac(int argc, char **argv);

#endif
