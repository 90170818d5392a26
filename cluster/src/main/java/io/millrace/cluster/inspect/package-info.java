/**
 * The small files that this module keeps in a data directory, for whoever looks at a directory from outside.
 *
 * <p>Start at {@link io.millrace.cluster.inspect.NodeFiles}. Any thread.
 */
package io.millrace.cluster.inspect;
