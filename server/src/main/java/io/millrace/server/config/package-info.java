/**
 * The configuration file, environment and flags, read into validated records. Start at {@link
 * io.millrace.server.config.MillraceConfig} (what can be set) and {@link io.millrace.server.config.ConfigLoader} (how it is
 * read); {@code conf/reference.yaml} explains every key, and a test holds the two together.
 *
 * <p>A key is the path of record components that leads to its value, so a new setting is one new component: the schema, the
 * names in files, environment and flags, and the check for unknown keys follow from it.
 *
 * <p>Runs once, on the main thread, before anything else is started. The records are immutable.
 */
package io.millrace.server.config;
