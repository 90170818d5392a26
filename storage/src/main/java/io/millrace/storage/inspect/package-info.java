/**
 * Looks at the files of a data directory without changing any: what lies in one ({@link io.millrace.storage.inspect.FileDump})
 * and whether all of it fits together ({@link io.millrace.storage.inspect.LogVerifier}, the type to start at). It works beside
 * a running node, on what that has written so far.
 *
 * <p>Runs on the caller's thread, which waits for the disk. Nothing here prints.
 */
package io.millrace.storage.inspect;
