package io.millrace.cluster.share;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What several changes, in their order, have made of offsets: of each the last that was said. */
final class NewestStates {

    private final long startOffset;
    private final TreeMap<Long, StateBatch> newest = new TreeMap<>();

    /** @param startOffset what is below is of no interest */
    NewestStates(long startOffset) {
        this.startOffset = startOffset;
    }

    /** Puts a batch in the place of what was said of its offsets before. */
    void add(StateBatch batch) {
        if (batch.lastOffset() < startOffset) {
            return;
        }
        long first = Math.max(batch.firstOffset(), startOffset);
        for (StateBatch old : touched(first, batch.lastOffset())) {
            newest.remove(old.firstOffset());
            if (old.firstOffset() < first) {
                put(old, old.firstOffset(), first - 1);
            }
            if (old.lastOffset() > batch.lastOffset()) {
                put(old, batch.lastOffset() + 1, old.lastOffset());
            }
        }
        put(batch, first, batch.lastOffset());
    }

    private List<StateBatch> touched(long first, long last) {
        List<StateBatch> touched =
                new ArrayList<>(newest.subMap(first, true, last, true).values());
        Map.Entry<Long, StateBatch> below = newest.lowerEntry(first);
        if (below != null && below.getValue().lastOffset() >= first) {
            touched.add(below.getValue());
        }
        return touched;
    }

    private void put(StateBatch like, long first, long last) {
        newest.put(first, new StateBatch(first, last, like.state(), like.deliveryCount()));
    }

    List<StateBatch> all() {
        return List.copyOf(newest.values());
    }
}
