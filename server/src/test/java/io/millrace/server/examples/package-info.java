/**
 * Programs of docs/java-client.md: compiled and run, so that what the page shows works. Start at {@link
 * io.millrace.server.examples.FollowReadings}; each class says on which thread it works.
 */
package io.millrace.server.examples;
