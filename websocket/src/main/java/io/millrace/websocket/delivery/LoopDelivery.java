package io.millrace.websocket.delivery;

import io.millrace.websocket.GatewayMetrics;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Deliveries to the followers on one event loop. Streams that moved queue up; one task takes them all, lets every follower write
 * what is new, and then flushes each follower once, however many of its partitions moved. Where only one stream moved a follower is
 * flushed at once, while what belongs to it is still in the processor's cache.
 *
 * <p>{@link #enqueue} may be called on any thread; everything else belongs to the loop.
 */
public final class LoopDelivery {

    private final Context context;
    private final GatewayMetrics metrics;
    private final Queue<LiveCursors> moved = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Map<SharedStream, LiveCursors> byStream = new HashMap<>();
    private final List<RoundListener> touched = new ArrayList<>();

    // What this round sent; handed over at its end.
    private String topic;
    private long records;
    private long bytes;
    private long movedNanos;

    public LoopDelivery(Context context, GatewayMetrics metrics) {
        this.context = context;
        this.metrics = metrics;
    }

    /** The Vert.x context of the loop. */
    public Context context() {
        return context;
    }

    /**
     * A cursor for a follower on this loop; behind at first. Takes over the caller's hold on the stream.
     *
     * @param leaderEpoch in which the position was known to be one of this log
     * @param end the high watermark at the moment of subscribing
     */
    public Cursor cursor(Follower follower, SharedStream stream, long position, int leaderEpoch, long end) {
        LiveCursors live = byStream.computeIfAbsent(stream, s -> s.liveOn(this));
        return new Cursor(follower, stream, live, position, leaderEpoch, end);
    }

    /** Forgets a stream that has no cursor on this loop any more. */
    void forget(SharedStream stream) {
        byStream.remove(stream);
    }

    /** Somebody wrote something and will be told when the round ends. To be called once for each round. */
    public void touch(RoundListener writer) {
        touched.add(writer);
    }

    /** Counts what was written to one socket. */
    public void sent(String toTopic, int moreRecords, int moreBytes) {
        if (!toTopic.equals(topic)) {
            handOverCounts();
            topic = toTopic;
        }
        records += moreRecords;
        bytes += moreBytes;
    }

    /** Ends a round that did not begin here: flushes who wrote. */
    public void endRound() {
        flush();
        if (movedNanos != 0) {
            metrics.deliveryLatency(System.nanoTime() - movedNanos);
            movedNanos = 0;
        }
        handOverCounts();
    }

    /** Flushes who wrote so far. */
    void flush() {
        // By index: a flush can close a follower, which may touch it again.
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).endRound();
        }
        touched.clear();
    }

    void enqueue(LiveCursors live) {
        moved.add(live);
        if (scheduled.compareAndSet(false, true)) {
            context.runOnContext(v -> run());
        }
    }

    void delivered(SharedStream stream, List<SharedFrame> frames, int followers) {
        for (int i = 0; i < frames.size(); i++) {
            if (frames.get(i).count() > 0) {
                metrics.frameShared(stream.key().partition().topic(), followers);
            }
        }
        if (movedNanos == 0) {
            movedNanos = stream.movedNanos();
        }
    }

    private void run() {
        scheduled.set(false);
        // Only what is here now: streams that move meanwhile get a round of their own, so that flushes are never put
        // off.
        int count = moved.size();
        boolean alone = count == 1 && touched.isEmpty();
        for (int left = count; left > 0; left--) {
            LiveCursors live = moved.poll();
            if (live != null) {
                live.deliverRound(alone);
            }
        }
        endRound();
    }

    private void handOverCounts() {
        if (records > 0) {
            metrics.sent(topic, records, bytes);
        }
        records = 0;
        bytes = 0;
    }
}
