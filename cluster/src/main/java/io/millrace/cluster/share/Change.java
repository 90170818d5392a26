package io.millrace.cluster.share;

import java.util.ArrayList;
import java.util.List;

/** Something that happened to records and is to be stored. Made and settled by {@link ShareWindow}; compared by identity. */
final class Change {

    private final List<StateBatch> batches = new ArrayList<>();

    /** Adds what a span will be, or is. */
    void add(Span span, DeliveryState state) {
        batches.add(new StateBatch(span.first, span.last, state, span.deliveryCount));
    }

    List<StateBatch> batches() {
        return batches;
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }
}
