/**
 * The process: everything one node consists of, started in order and stopped in reverse. Start at {@link
 * io.millrace.server.MillraceServer}, whose list of {@link io.millrace.server.StartupStep}s is the table of contents; the
 * entry point of the jar is {@link io.millrace.server.cli.MillraceCommand}.
 *
 * <p>Threads: the steps are taken one after the other on the thread that starts or stops the server, which waits for each.
 */
package io.millrace.server;
