/**
 * Programs of others against the jar: each in a process of its own, with its own class path, against a node in another process. Nothing
 * here links against the server.
 *
 * <p>Start at {@link io.millrace.compat.ClientVersionsIT}; {@link io.millrace.compat.program} has what the processes run. Tests tagged
 * {@code slow} run with {@code -Pslow}, the others in each build. What they cover is in {@code docs/compatibility.md}.
 */
package io.millrace.compat;
