/**
 * What a client follows and from where: parameters, the partitions they select, and where each starts.
 *
 * <p>Start at {@link io.millrace.websocket.subscription.StreamParameters} (what the client wrote; {@link
 * io.millrace.websocket.subscription.ParameterTable} has what each parameter means) and {@link
 * io.millrace.websocket.subscription.SubscriptionResolver} (what it means now). Everything here is immutable or
 * stateless and runs on the caller's event loop.
 */
package io.millrace.websocket.subscription;
