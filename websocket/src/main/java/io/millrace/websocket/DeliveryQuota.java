package io.millrace.websocket;

import io.millrace.websocket.auth.ClientIdentity;

/** How much clients may be sent. Quick, thread-safe, and never blocking. */
public interface DeliveryQuota {

    /** Nobody has one. */
    DeliveryQuota NONE = (client, bytes) -> 0;

    /**
     * Notes what a client was sent.
     *
     * @param client null before it has said who it is
     * @return for how many milliseconds it is to be sent nothing more; usually 0
     */
    int pauseMs(ClientIdentity client, long bytes);
}
