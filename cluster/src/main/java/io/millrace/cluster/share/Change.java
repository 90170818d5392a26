package io.millrace.cluster.share;

import java.util.ArrayList;
import java.util.List;

/** Something that happened to records and is to be stored. Made and settled by {@link ShareWindow}; compared by identity. */
final class Change {

    private final List<StateBatch> batches = new ArrayList<>();
    private long givenUp;

    /** Adds what a span will be, or is. */
    void add(Span span, DeliveryState state) {
        batches.add(new StateBatch(span.first, span.last, state, span.deliveryCount));
    }

    List<StateBatch> batches() {
        return batches;
    }

    /** How many records it is about. */
    long count() {
        return batches.stream()
                .mapToLong(each -> each.lastOffset() - each.firstOffset() + 1)
                .sum();
    }

    /** Some of them are given up when it is stored: they were released, and delivered as often as may be. */
    void addGivenUp(long records) {
        givenUp += records;
    }

    long givenUp() {
        return givenUp;
    }

    boolean isEmpty() {
        return batches.isEmpty();
    }
}
