package io.millrace.cluster.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cluster.error.MillraceException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random histories of a window beside a model that keeps each offset by itself, with a store that a new leader reads now and then. One
 * again: {@code -Dmillrace.share.seed=N}; more: {@code -Dmillrace.share.seeds=N}.
 */
class ShareWindowModelTest {

    private static final int STEPS = 400;
    private static final List<String> MEMBERS = List.of("a", "b", "c");
    private static final ShareLimits LIMITS = new ShareLimits(50, 4, 60);

    private static final class Offset {
        DeliveryState state = DeliveryState.AVAILABLE;
        int count;
        String member;
        long untilMs;
        Change change;
        DeliveryState target;

        void taken(DeliveryState next) {
            state = next;
            change = null;
            if (next != DeliveryState.ACQUIRED) {
                member = null;
            }
        }
    }

    private Random random;
    private final List<LogBatch> log = new ArrayList<>();
    private long logEnd;
    private ShareWindow window;
    private final TreeMap<Long, Offset> model = new TreeMap<>();
    private final List<Change> unsettled = new ArrayList<>();
    private final Map<Long, StateBatch> stored = new HashMap<>();
    private long storedStart;
    private long nowMs;

    /** Offsets of which it was told that they are acknowledged. */
    private final Map<Long, Boolean> acknowledged = new HashMap<>();

    @Test
    void theWindowDoesWhatTheModelDoes() {
        Long one = Long.getLong("millrace.share.seed");
        int seeds = Integer.getInteger("millrace.share.seeds", 200);
        long base = one != null ? one : System.nanoTime();
        for (long seed = base; seed < base + (one != null ? 1 : seeds); seed++) {
            try {
                run(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " (-Dmillrace.share.seed=" + seed + ")", e);
            }
        }
    }

    private void run(long seed) {
        random = new Random(seed);
        log.clear();
        model.clear();
        unsettled.clear();
        stored.clear();
        acknowledged.clear();
        logEnd = 0;
        storedStart = 0;
        nowMs = 0;
        window = new ShareWindow(0, List.of());
        for (int step = 0; step < STEPS; step++) {
            step();
            compare();
        }
    }

    private void step() {
        String member = MEMBERS.get(random.nextInt(MEMBERS.size()));
        switch (random.nextInt(10)) {
            case 0, 1 -> append();
            case 2, 3, 4 -> fetch(member);
            case 5, 6 -> acknowledge(member);
            case 7 -> settle(random.nextInt(5) > 0);
            case 8 -> {
                nowMs += random.nextInt(40);
                changed(window.expire(LIMITS, nowMs));
                takeBack(each -> each.untilMs <= nowMs);
            }
            default -> {
                if (random.nextInt(4) == 0) {
                    anotherLeader();
                } else if (random.nextBoolean()) {
                    changed(window.release(member, LIMITS));
                    takeBack(each -> each.member.equals(member));
                }
            }
        }
    }

    private void append() {
        logEnd += random.nextInt(5) == 0 ? random.nextInt(4) : 0;
        long last = logEnd + random.nextInt(8);
        boolean deliverable = random.nextInt(6) > 0;
        log.add(new LogBatch(logEnd, deliverable ? last : logEnd, deliverable));
        logEnd = log.get(log.size() - 1).lastOffset() + 1;
    }

    private void fetch(String member) {
        long from = window.nextFetchOffset(LIMITS).orElse(-1);
        long windowEnd = model.isEmpty() ? window.startOffset() : model.lastKey() + 1;
        assertThat(from)
                .isEqualTo(model.entrySet().stream()
                        .filter(each -> each.getValue().state == DeliveryState.AVAILABLE)
                        .map(Map.Entry::getKey)
                        .findFirst()
                        .orElse(windowEnd - window.startOffset() < LIMITS.maxRecordLocks() ? windowEnd : -1L));
        if (from < 0) {
            return;
        }
        List<LogBatch> read = log.stream()
                .filter(each -> each.lastOffset() >= from)
                .limit(1 + random.nextInt(4))
                .toList();
        int max = 1 + random.nextInt(12);
        boolean strictly = random.nextBoolean();
        List<AcquiredRecords> got = window.acquire(member, read, from, max, strictly, LIMITS, nowMs);
        if (!read.isEmpty() && got.isEmpty()) {
            // Whoever fetches tries again at once then, and must not find the same.
            assertThat(window.nextFetchOffset(LIMITS).orElse(-1)).isNotEqualTo(from);
        }
        Map<Long, Integer> counts = new TreeMap<>();
        got.forEach(each -> {
            for (long offset = each.firstOffset(); offset <= each.lastOffset(); offset++) {
                counts.put(offset, each.deliveryCount());
            }
        });
        assertThat(counts).isEqualTo(modelFetch(member, read, from, max, strictly));
    }

    private Map<Long, Integer> modelFetch(String member, List<LogBatch> read, long from, int max, boolean strictly) {
        Map<Long, Integer> given = new TreeMap<>();
        long start = window.startOffset();
        long next = from;
        for (LogBatch batch : read) {
            long end = model.isEmpty() ? Math.max(start, next) : model.lastKey() + 1;
            long first = model.isEmpty() ? next : model.firstKey();
            if (given.size() >= max) {
                break;
            }
            boolean isFull = !model.isEmpty() && end - first >= LIMITS.maxRecordLocks();
            long last = isFull ? Math.min(batch.lastOffset(), end - 1) : batch.lastOffset();
            for (long offset = next; offset <= last; offset++) {
                Offset each = model.computeIfAbsent(offset, key -> new Offset());
                if (each.state != DeliveryState.AVAILABLE) {
                    continue;
                }
                boolean isThere = offset >= batch.baseOffset() && batch.deliverable();
                if (!isThere || each.count >= LIMITS.deliveryCountLimit()) {
                    each.taken(DeliveryState.ARCHIVED);
                } else if (!strictly || given.size() < max) {
                    each.taken(DeliveryState.ACQUIRED);
                    each.member = member;
                    each.count++;
                    each.untilMs = nowMs + LIMITS.lockDurationMs();
                    given.put(offset, each.count);
                }
            }
            next = Math.max(next, last + 1);
        }
        advance();
        return given;
    }

    private void acknowledge(String member) {
        if (model.isEmpty()) {
            return;
        }
        long first = model.firstKey() + random.nextInt((int) (model.lastKey() - model.firstKey() + 1));
        long last = Math.min(model.lastKey(), first + random.nextInt(6));
        List<AckType> types = new ArrayList<>();
        for (long offset = first; offset <= last; offset++) {
            types.add(AckType.values()[random.nextInt(AckType.values().length)]);
        }
        if (random.nextBoolean()) {
            types = List.of(types.get(0));
        }
        boolean isHeld = model.subMap(first, true, last, true).values().stream()
                .allMatch(each ->
                        each.state == DeliveryState.ACQUIRED && each.change == null && each.member.equals(member));
        Change change;
        try {
            change = window.acknowledge(member, List.of(new AckBatch(first, last, types)), LIMITS, nowMs);
        } catch (MillraceException refused) {
            assertThat(isHeld).isFalse();
            return;
        }
        assertThat(isHeld).isTrue();
        changed(change);
        for (long offset = first; offset <= last; offset++) {
            Offset each = model.get(offset);
            AckType type = types.size() == 1 ? types.get(0) : types.get((int) (offset - first));
            if (type == AckType.RENEW) {
                each.untilMs = nowMs + LIMITS.lockDurationMs();
            } else {
                each.change = change;
                each.target = switch (type) {
                    case ACCEPT -> DeliveryState.ACKNOWLEDGED;
                    case RELEASE -> released(each);
                    default -> DeliveryState.ARCHIVED;
                };
            }
        }
    }

    private static DeliveryState released(Offset each) {
        return each.count >= LIMITS.deliveryCountLimit() ? DeliveryState.ARCHIVED : DeliveryState.AVAILABLE;
    }

    private void takeBack(java.util.function.Predicate<Offset> which) {
        model.values().stream()
                .filter(each -> each.state == DeliveryState.ACQUIRED && each.change == null)
                .filter(which)
                .toList()
                .forEach(each -> each.taken(released(each)));
        advance();
    }

    private void changed(Change change) {
        if (!change.isEmpty()) {
            unsettled.add(change);
        }
    }

    /** All that is under way is stored, or is not. */
    private void settle(boolean success) {
        if (unsettled.isEmpty()) {
            return;
        }
        StateUpdate update = window.update(unsettled);
        if (success) {
            store(update);
        }
        window.settle(unsettled, success);
        model.forEach((offset, each) -> {
            if (each.change != null) {
                each.taken(success ? each.target : each.state);
                if (each.state == DeliveryState.ACKNOWLEDGED) {
                    acknowledged.put(offset, true);
                }
            }
        });
        unsettled.clear();
        advance();
        if (success) {
            assertThat(update.startOffset()).isEqualTo(window.startOffset());
            assertThat(update.deliveryCompleteCount()).isEqualTo((int)
                    model.values().stream().filter(each -> each.state.isFinal()).count());
        }
    }

    /** As a share coordinator keeps it. */
    private void store(StateUpdate update) {
        storedStart = Math.max(storedStart, update.startOffset());
        for (StateBatch batch : update.batches()) {
            for (long offset = batch.firstOffset(); offset <= batch.lastOffset(); offset++) {
                stored.put(offset, new StateBatch(offset, offset, batch.state(), batch.deliveryCount()));
            }
        }
        stored.keySet().removeIf(offset -> offset < storedStart);
    }

    private void anotherLeader() {
        Collection<StateBatch> saved = stored.values();
        window = new ShareWindow(storedStart, List.copyOf(saved));
        unsettled.clear();
        model.clear();
        long end = saved.stream().mapToLong(StateBatch::lastOffset).max().orElse(storedStart - 1);
        for (long offset = storedStart; offset <= end; offset++) {
            Offset each = new Offset();
            StateBatch was = stored.get(offset);
            if (was != null) {
                each.state = was.state();
                each.count = was.deliveryCount();
            }
            model.put(offset, each);
        }
        advance();
        acknowledged
                .keySet()
                .forEach(offset -> assertThat(
                                offset < window.startOffset() || model.get(offset).state == DeliveryState.ACKNOWLEDGED)
                        .as("what was acknowledged at %d stays so", offset)
                        .isTrue());
    }

    private void advance() {
        while (!model.isEmpty() && model.firstEntry().getValue().state.isFinal()) {
            model.pollFirstEntry();
        }
    }

    private void compare() {
        long next = window.startOffset();
        for (Span span : window.spans()) {
            assertThat(span.first).isEqualTo(next);
            assertThat(span.last).isGreaterThanOrEqualTo(span.first);
            for (long offset = span.first; offset <= span.last; offset++) {
                Offset each = model.get(offset);
                assertThat(each).as("offset %d", offset).isNotNull();
                assertThat(span.state).as("state of %d", offset).isEqualTo(each.state);
                assertThat(span.member).as("member of %d", offset).isEqualTo(each.member);
                if (!each.state.isFinal()) {
                    assertThat(span.deliveryCount)
                            .as("deliveries of %d", offset)
                            .isEqualTo(each.count);
                }
            }
            next = span.last + 1;
        }
        assertThat(next).isEqualTo(window.endOffset());
        if (!model.isEmpty()) {
            assertThat(window.startOffset()).isEqualTo(model.firstKey());
            assertThat(window.endOffset()).isEqualTo(model.lastKey() + 1);
        }
    }
}
