package io.millrace.cluster.placement;

/** There is no place for what should be moved. The message says why and what to do. */
public final class PlacementException extends RuntimeException {

    PlacementException(String message) {
        super(message);
    }
}
