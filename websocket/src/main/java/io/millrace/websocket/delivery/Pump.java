package io.millrace.websocket.delivery;

/** The shared reader of one stream: it runs while {@link SharedStream#wanted} names a position. */
interface Pump {

    /** There may be something new: any thread. */
    void signal();

    /** Nobody is live any more: any thread. */
    void idle();
}
