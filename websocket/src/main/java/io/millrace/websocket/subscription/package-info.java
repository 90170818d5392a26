/**
 * What a client follows and from where: start positions, the partitions they resolve to, and filters.
 *
 * <p>Start at {@link io.millrace.websocket.subscription.StartPosition} (what the client wrote) and {@link
 * io.millrace.websocket.subscription.StartPositionResolver} (the offsets it means now). Everything here is immutable or
 * stateless and runs on the caller's event loop.
 */
package io.millrace.websocket.subscription;
