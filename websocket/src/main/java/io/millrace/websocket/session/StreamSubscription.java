package io.millrace.websocket.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.Follower;
import io.millrace.websocket.delivery.LeaderChange;
import io.millrace.websocket.delivery.LoopDelivery;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.ServerMessage;
import io.millrace.websocket.subscription.FlowRules;
import io.millrace.websocket.subscription.PartitionStart;
import io.millrace.websocket.subscription.SlowPolicy;
import io.millrace.websocket.subscription.Subscription;
import io.millrace.websocket.subscription.TableStarts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * One subscription of a connection: the partitions that it follows, each with a {@link Cursor}, and the rules by which their records are
 * sent. A cursor is live while the socket and the client's credit keep up; else it reads the log at the client's pace, one read of
 * the subscription at a time.
 *
 * <p>Belongs to the event loop of its connection.
 */
final class StreamSubscription implements Follower {

    private final StreamConnection connection;
    private final SessionServices services;
    private final LoopDelivery delivery;
    private final Subscription subscription;
    private final FlowRules flow;
    private final int sid;
    private final StreamOutput output;
    private final FollowedPartitions followed;
    private final Queue<Cursor> behind = new ArrayDeque<>();
    private GroupMembership membership;
    private int catchingUp;
    private long recordsLeft;
    private long credit;
    private boolean reading;
    private boolean stalled;
    private boolean ended;

    StreamSubscription(int sid, Subscription subscription, StreamConnection connection, SessionServices services) {
        this.sid = sid;
        this.subscription = subscription;
        this.connection = connection;
        this.services = services;
        this.delivery = connection.loop().delivery();
        this.flow = subscription.parameters().flow();
        this.recordsLeft = flow.limit();
        this.credit = flow.credit();
        this.followed = new FollowedPartitions(this, subscription, services, connection.loop());
        this.output = StreamOutput.of(
                subscription.form(),
                sid,
                flow.batch(),
                connection.outlet(),
                subscription.hasControlMessages(),
                this::token);
    }

    int sid() {
        return sid;
    }

    Subscription subscription() {
        return subscription;
    }

    FollowedPartitions followed() {
        return followed;
    }

    StreamOutput output() {
        return output;
    }

    /** Its name in metrics. */
    String view() {
        return subscription.parameters().shape().table() ? "table" : "log";
    }

    boolean isEnded() {
        return ended;
    }

    String token() {
        return connection.loop().tokens().token(followed.cursors());
    }

    // ---- beginning

    /** Says what is followed, and begins to. */
    void begin(String requestId) {
        catchingUp = subscription.starts().size() + subscription.waiting().size();
        List<ServerMessage.SubscribedPartition> told = new ArrayList<>();
        for (PartitionStart start : subscription.starts()) {
            Cursor cursor = followed.follow(start);
            told.add(new ServerMessage.SubscribedPartition(
                    start.partition(), output.alias(cursor), start.position(), start.end()));
        }
        for (TopicPartition partition : subscription.waiting()) {
            told.add(new ServerMessage.SubscribedPartition(partition, 0, -1, -1));
        }
        if (subscription.form().isSubprotocol()) {
            output.control(new ServerMessage.Subscribed(sid, requestId, subscription.isRecovered(), told));
        }
        checkpoint(null);
        connection.touch();
        List<Cursor> begun = List.copyOf(followed.cursors());
        for (PartitionStart start : subscription.starts()) {
            tellGap(followed.cursor(start.partition()), start.gap());
        }
        behind.addAll(begun);
        subscription.waiting().forEach(partition -> followed.followLater(partition, this::joined, this::lost));
        begun.forEach(this::noteCatchingUp);
        if (subscription.parameters().group() != null) {
            membership = new GroupMembership(this, connection, services);
        }
        if (catchingUp == 0 && begun.isEmpty() && subscription.parameters().group() == null) {
            // A pattern that finds nothing yet has nothing to catch up with.
            allCaughtUp();
        }
        catchUp();
    }

    /** A partition that had no leader, or did not exist, when the subscription began. */
    void joined(PartitionStart start) {
        if (ended) {
            return;
        }
        Cursor cursor = followed.follow(start);
        if (subscription.form().isSubprotocol() && membership == null) {
            output.control(new ServerMessage.Subscribed(
                    sid,
                    null,
                    start.gap() == null,
                    List.of(new ServerMessage.SubscribedPartition(
                            start.partition(), output.alias(cursor), start.position(), start.end()))));
        }
        tellGap(cursor, start.gap());
        output.moved();
        connection.touch();
        behind.add(cursor);
        noteCatchingUp(cursor);
        goOnLater();
    }

    /** A partition that the group has assigned to this member, with what was committed, or -1. */
    void followAssigned(TopicPartition partition, long committedOffset) {
        catchingUp++;
        followed.followAssigned(partition, committedOffset, this::joined, this::lost);
    }

    /** The membership in a group; null when there is none. */
    GroupMembership membership() {
        return membership;
    }

    /** The cluster has partitions now that it had not before. */
    void grown(List<TopicPartition> added) {
        catchingUp += added.size();
        added.forEach(partition -> followed.followNew(partition, this::joined, this::lost));
    }

    /** A partition that was waited for cannot be followed. */
    private void lost(TopicPartition partition, MillraceException error) {
        if (!ended) {
            catchingUp--;
            partitionFailed(partition, error);
        }
    }

    // ---- live

    @Override
    public void deliver(Cursor cursor, List<SharedFrame> frames) {
        for (int i = 0; i < frames.size() && !ended && cursor.isLive(); i++) {
            SharedFrame frame = frames.get(i);
            if (frame.next() <= cursor.position()) {
                continue;
            }
            if (!maySend() || !cursor.continuesWith(frame) || cursor.gap() != null) {
                fallBehind(cursor);
                return;
            }
            send(cursor, frame);
            if (cursor.isLive() && cursor.position() < frame.next()) {
                // The credit ended within the frame.
                fallBehind(cursor);
            }
        }
    }

    private void fallBehind(Cursor cursor) {
        cursor.leave();
        behind.add(cursor);
        connection.touch();
    }

    private boolean maySend() {
        return credit != 0 && connection.outlet().isWritable();
    }

    @Override
    public void failed(Cursor cursor, MillraceException error) {
        if (error.code() == ErrorCode.UNKNOWN_SERVER_ERROR) {
            connection.log("A stream failed", cursor.partition(), error);
        }
        boolean wasCatchingUp = !cursor.isCaughtUp();
        followed.unfollow(cursor);
        if (wasCatchingUp) {
            catchingUp--;
        }
        partitionFailed(cursor.partition(), error);
    }

    /** Others of the subscription go on, where there are others. */
    private void partitionFailed(TopicPartition partition, MillraceException error) {
        boolean others = !followed.cursors().isEmpty()
                && followed.cursors().stream()
                        .anyMatch(cursor -> !cursor.partition().topicId().equals(partition.topicId()));
        boolean gone = error.code() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        if (gone && membership != null) {
            // The group will say so, too.
            return;
        }
        if (gone && (others || subscription.parameters().selection().pattern() != null)) {
            output.control(new ServerMessage.Failure(sid, null, error));
            connection.touch();
            if (catchingUp == 0) {
                goOnLater();
            }
        } else {
            connection.finish(this, StreamEnd.of(error));
        }
    }

    // ---- behind

    void catchUp() {
        while (!ended && !reading && !behind.isEmpty() && maySend()) {
            Cursor cursor = behind.poll();
            if (cursor.isDetached() || isDone(cursor)) {
                continue;
            }
            try {
                skipIfTooFarBehind(cursor);
                if (cursor.gap() == null && cursor.join()) {
                    continue;
                }
            } catch (MillraceException e) {
                failedBehind(cursor, e);
                continue;
            }
            readLog(cursor);
        }
        if (!ended && !behind.isEmpty() && !connection.outlet().isWritable() && !stalled) {
            stalled = true;
            services.metrics().stalled();
        }
    }

    void writable() {
        stalled = false;
        // Not here: this comes from the middle of a flush.
        goOnLater();
    }

    /** Through the loop's queue: others get their turn, and reads that are answered at once do not pile up on the stack. */
    private void goOnLater() {
        delivery.context().runOnContext(v -> {
            catchUp();
            delivery.endRound();
        });
    }

    private void readLog(Cursor cursor) {
        reading = true;
        boolean inRecord =
                output.tellsGapsInRecords() && subscription.parameters().shape().envelope() == Envelope.RECORD;
        cursor.read(inRecord ? cursor.gap() : null, delivery.context()).onComplete(read -> {
            reading = false;
            if (read.succeeded()) {
                try {
                    sendRead(cursor, read.result());
                } finally {
                    read.result().release();
                }
            } else if (!ended && !cursor.isDetached()) {
                readFailed(cursor, ErrorJson.asAnswer(read.cause()));
            }
            goOnLater();
        });
    }

    private void sendRead(Cursor cursor, SharedFrame frame) {
        if (ended || cursor.isDetached()) {
            return;
        }
        if (!cursor.continuesWith(frame) || !maySend()) {
            // The client sought another place meanwhile, or its socket filled up.
            behind.add(cursor);
            return;
        }
        if (frame.next() > cursor.position()) {
            if (frame.count() > 0) {
                cursor.gap(null);
            }
            send(cursor, frame);
            behind.add(cursor);
            return;
        }
        // Nothing to read, so nothing to miss: whatever comes next, comes live. A gap is told when it does.
        try {
            if (!cursor.join()) {
                behind.add(cursor);
            }
        } catch (MillraceException e) {
            failedBehind(cursor, e);
        }
    }

    /** What has nothing to do with this stream passes: the cursor waits, and tries again. */
    private void failedBehind(Cursor cursor, MillraceException error) {
        if (!LeaderChange.isPassing(error)) {
            failed(cursor, error);
            return;
        }
        delivery.context().owner().setTimer(LeaderChange.PAUSE_MS, timer -> {
            if (!ended) {
                behind.add(cursor);
                goOnLater();
            }
        });
    }

    private static long highWatermark(Cursor cursor) {
        try {
            return cursor.stream().offsets().highWatermark();
        } catch (MillraceException e) {
            // Gone, or between two leaders: the next read of this cursor says so.
            return Long.MAX_VALUE;
        }
    }

    private void readFailed(Cursor cursor, MillraceException error) {
        if (error.code() != ErrorCode.OFFSET_OUT_OF_RANGE) {
            failedBehind(cursor, error);
            return;
        }
        try {
            PartitionOffsets offsets = cursor.stream().offsets();
            PartitionStart start =
                    subscription.parameters().start().reset().apply(cursor.partition(), cursor.position(), offsets);
            if (subscription.parameters().shape().table()) {
                start = TableStarts.afterGap(start, cursor.position(), offsets);
            }
            if (start.gap() != null) {
                if (cursor.isCaughtUp() && start.position() < cursor.end() && followed.noteBehindAgain(cursor)) {
                    catchingUp++;
                }
                cursor.position(start.position());
                tellGap(cursor, start.gap());
                noteMoved(cursor);
            }
            if (start.snapshot()) {
                cursor.beginSnapshot();
            }
            behind.add(cursor);
        } catch (MillraceException e) {
            failedBehind(cursor, e);
        }
    }

    /** Records between a position and the high watermark, 0 when that is not known. */
    /** Only of cursors that read the log: those that are live are at its end. */
    void measureLag(Map<String, Long> recordsByTopic) {
        for (Cursor cursor : followed.cursors()) {
            if (!cursor.isLive()) {
                recordsByTopic.merge(cursor.partition().topic(), lag(cursor), Math::max);
            }
        }
    }

    private static long lag(Cursor cursor) {
        long end = highWatermark(cursor);
        return end == Long.MAX_VALUE ? 0 : Math.max(0, end - cursor.position());
    }

    /** Only for who has been at the end once: history is asked for, however long it is. */
    private void skipIfTooFarBehind(Cursor cursor) {
        if (flow.slow() == SlowPolicy.SKIP && cursor.isCaughtUp() && lag(cursor) > flow.maxLag()) {
            long end = highWatermark(cursor);
            tellGap(cursor, new Gap(cursor.position(), end, Gap.Reason.SKIP));
            cursor.position(end);
            output.moved();
        }
    }

    /** Whether the client asked to be closed when it is as far behind as it is. */
    boolean isToBeClosed() {
        if (flow.slow() != SlowPolicy.CLOSE || behind.isEmpty() || credit == 0) {
            return false;
        }
        return behind.stream().anyMatch(cursor -> cursor.isCaughtUp() && lag(cursor) > flow.maxLag());
    }

    // ---- sending

    private void send(Cursor cursor, SharedFrame frame) {
        int from = frame.indexOf(cursor.position());
        int to = frame.count();
        long position = frame.next();
        if (flow.untilLatest() && position > cursor.end()) {
            to = frame.indexOf(cursor.end());
            position = cursor.end();
        }
        long allowed = credit == FlowRules.UNLIMITED ? recordsLeft : Math.min(recordsLeft, credit);
        if (to - from > allowed || (to - from == recordsLeft && to > from)) {
            to = from + (int) allowed;
            position = frame.offset(to - 1) + 1;
        }
        if (to > from) {
            int bytes = output.records(cursor, frame, from, to, position);
            delivery.sent(cursor.partition().topic(), to - from, bytes);
            recordsLeft -= to - from;
            if (credit != FlowRules.UNLIMITED) {
                credit -= to - from;
            }
            connection.sent();
        }
        boolean wasCatchingUp = !cursor.isCaughtUp();
        cursor.sent(frame, position);
        if (frame.trailingGap() != null && position == frame.next()) {
            tellGap(cursor, frame.trailingGap());
        }
        output.moved();
        connection.touch();
        if (recordsLeft == 0) {
            connection.finish(this, StreamEnd.done("limit reached"));
        } else if (wasCatchingUp) {
            noteCatchingUp(cursor);
        }
    }

    private void noteMoved(Cursor cursor) {
        output.moved();
        connection.touch();
        noteCatchingUp(cursor);
    }

    /** Looks whether a cursor that was catching up has done so. */
    private void noteCatchingUp(Cursor cursor) {
        if (ended || !cursor.isCaughtUp() || !followed.noteCaughtUp(cursor)) {
            return;
        }
        catchingUp--;
        if (flow.untilLatest()) {
            cursor.leave();
        }
        if (catchingUp == 0) {
            allCaughtUp();
        }
    }

    private void allCaughtUp() {
        if (!followed.tellCaughtUpOnce()) {
            return;
        }
        output.control(new ServerMessage.CaughtUp(sid));
        connection.touch();
        if (flow.untilLatest()) {
            connection.finish(this, StreamEnd.done("end reached"));
        }
    }

    private boolean isDone(Cursor cursor) {
        return flow.untilLatest() && cursor.isCaughtUp();
    }

    private void tellGap(Cursor cursor, Gap gap) {
        if (gap == null) {
            return;
        }
        services.metrics().gap(gap.reason());
        if (output.hasControl()) {
            output.control(new ServerMessage.GapNotice(sid, cursor.partition(), gap));
            connection.touch();
        } else {
            // Told with the next record; what was not told yet is part of the same loss.
            cursor.gap(cursor.gap() == null ? gap : new Gap(cursor.gap().from(), gap.to(), gap.reason()));
        }
    }

    // ---- what the client asks for

    /** More records may be sent. */
    void credit(long more) {
        if (credit == FlowRules.UNLIMITED) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST, "credit: this subscription was made without credit; it has no limit");
        }
        credit = Math.min(Integer.MAX_VALUE, credit + more);
        goOnLater();
    }

    /** Goes on from other positions. */
    void seek(String requestId, List<PartitionStart> starts) {
        List<ServerMessage.PartitionPosition> told = new ArrayList<>();
        for (PartitionStart start : starts) {
            Cursor cursor = followed.cursor(start.partition());
            if (cursor == null) {
                continue;
            }
            if (cursor.isLive()) {
                fallBehind(cursor);
            }
            cursor.gap(null);
            cursor.position(start.position());
            told.add(new ServerMessage.PartitionPosition(start.partition(), start.position()));
        }
        output.control(new ServerMessage.Sought(sid, requestId, told));
        for (PartitionStart start : starts) {
            Cursor cursor = followed.cursor(start.partition());
            if (cursor != null) {
                tellGap(cursor, start.gap());
                noteMoved(cursor);
            }
        }
        goOnLater();
    }

    /** Says where the subscription is, if its client is told such things. */
    void checkpoint(String requestId) {
        output.endRound();
        output.told();
        if (!output.hasControl()) {
            return;
        }
        long lag = -1;
        if (subscription.form().isSubprotocol()) {
            lag = followed.cursors().stream().mapToLong(StreamSubscription::lag).sum();
        }
        output.control(new ServerMessage.Checkpoint(sid, requestId, token(), lag));
    }

    /** A partition that it does not follow any longer. */
    void unfollow(TopicPartition partition) {
        Cursor cursor = followed.cursor(partition);
        if (cursor != null && !cursor.isCaughtUp()) {
            catchingUp--;
        }
        if (cursor != null) {
            followed.unfollow(cursor);
        } else if (followed.stopWaiting(partition)) {
            catchingUp--;
        }
    }

    /** Lets everything go; what is said to the client is said before. */
    void close() {
        ended = true;
        if (membership != null) {
            membership.disconnected();
        }
        followed.close();
        behind.clear();
    }
}
