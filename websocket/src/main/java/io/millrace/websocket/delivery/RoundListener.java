package io.millrace.websocket.delivery;

/** Somebody who wrote in a round of deliveries. Called on the event loop of its {@link LoopDelivery}. */
public interface RoundListener {

    /** The round is over: flush what was written in it. */
    void endRound();
}
