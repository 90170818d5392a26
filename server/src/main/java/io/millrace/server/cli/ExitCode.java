package io.millrace.server.cli;

/** What the process tells the shell. */
final class ExitCode {

    static final int OK = 0;

    /** The server could not start, or a request was refused. */
    static final int FAILED = 1;

    /** The command line itself is wrong. Picocli's own number for it. */
    static final int USAGE = 2;

    /** No node answers at the address. */
    static final int UNREACHABLE = 3;

    /** For the help text: number, then meaning. */
    static final String[] HELP = {
        OK + ":done, or stopped with Ctrl-C or SIGTERM",
        FAILED + ":could not start, or the request was refused",
        USAGE + ":the command line is wrong",
        UNREACHABLE + ":no node answers"
    };

    private ExitCode() {}
}
