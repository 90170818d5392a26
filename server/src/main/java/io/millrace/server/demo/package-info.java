/**
 * What {@code millrace demo} adds to a node: devices and machines that send readings through the node's own ports, as real
 * ones would. Start at {@link io.millrace.server.demo.Demo}.
 *
 * <p>Threads: the devices share one event loop of a Vert.x instance of their own, so that they do not slow the node's event
 * loops; the machines have a thread.
 */
package io.millrace.server.demo;
