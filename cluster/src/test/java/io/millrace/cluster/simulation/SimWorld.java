package io.millrace.cluster.simulation;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/** The clock and the calendar of a simulation. One thread. Every place draws from a stream of its own, so that a seed replays. */
public final class SimWorld implements Time {

    private record Event(long atMs, String place, long number, Runnable task) {}

    private final long seed;
    private final Map<String, Random> streams = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            Comparator.comparingLong(Event::atMs).thenComparing(Event::place).thenComparingLong(Event::number));
    private long nowMs = 1_000_000;

    public SimWorld(long seed) {
        this.seed = seed;
    }

    public Random random(String place) {
        return streams.computeIfAbsent(place, key -> new Random(seed * 31 + key.hashCode()));
    }

    public void after(long delayMs, String place, Runnable task) {
        long number = numbers.merge(place, 1L, Long::sum);
        events.add(new Event(nowMs + Math.max(0, delayMs), place, number, task));
    }

    /** Runs what is due; returns whether something was. */
    public boolean runDue() {
        boolean any = false;
        while (!events.isEmpty() && events.peek().atMs() <= nowMs) {
            events.poll().task().run();
            any = true;
        }
        return any;
    }

    /** Runs the next thing that is due; returns whether there was one. */
    public boolean runNext() {
        if (events.isEmpty() || events.peek().atMs() > nowMs) {
            return false;
        }
        events.poll().task().run();
        return true;
    }

    public long nextEventMs() {
        return events.isEmpty() ? Long.MAX_VALUE : events.peek().atMs();
    }

    public void advanceTo(long ms) {
        nowMs = Math.max(nowMs, ms);
    }

    @Override
    public long milliseconds() {
        return nowMs;
    }

    @Override
    public long nanoseconds() {
        return nowMs * 1_000_000;
    }

    @Override
    public void sleep(long ms) {
        throw new UnsupportedOperationException("nobody sleeps here");
    }

    @Override
    public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) {
        throw new UnsupportedOperationException("nobody waits here");
    }
}
