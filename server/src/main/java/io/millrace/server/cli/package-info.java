/**
 * The commands. Start at {@link io.millrace.server.cli.MillraceCommand}, the entry point of the jar, which lists them.
 *
 * <p>{@code start} and {@code demo} run a node in this process; {@code log} reads files; the others are HTTP clients of a
 * running node ({@link io.millrace.server.cli.NodeClient}). Exit codes: {@link io.millrace.server.cli.ExitCode}.
 *
 * <p>Everything runs on the main thread and may block it.
 */
package io.millrace.server.cli;
