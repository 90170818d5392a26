/**
 * How the process logs: {@link io.millrace.server.logging.ConsoleLogging}. Everything logs through SLF4J with fixed keys ({@code
 * topic}, {@code partition}, {@code leaderEpoch}, {@code apiKey}, {@code correlationId}, {@code connection}).
 *
 * <p>Runs once, on the thread that asks for the first logger.
 */
package io.millrace.server.logging;
