package io.millrace.websocket.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.Follower;
import io.millrace.websocket.delivery.LoopDelivery;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.protocol.ServerMessage;
import io.millrace.websocket.subscription.FlowRules;
import io.millrace.websocket.subscription.PartitionStart;
import io.millrace.websocket.subscription.Subscription;
import java.util.ArrayList;
import java.util.List;

/**
 * One subscription of a connection: the partitions that it follows ({@link FollowedPartitions}), each with a {@link Cursor}, and the rules
 * by which their records are sent. A cursor is live while the socket and the client's credit keep up; else {@link CatchUp} reads the log
 * for it.
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
    private final CatchUp catchUp;
    private GroupMembership membership;
    private long recordsLeft;
    private long credit;
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
        this.catchUp = new CatchUp(this, connection, services);
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

    boolean isEnded() {
        return ended;
    }

    String token() {
        return connection.loop().tokens().token(followed.cursors());
    }

    // ---- beginning

    /** Says what is followed, and begins to. */
    void begin(String requestId) {
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
        subscription.starts().forEach(start -> tellGap(followed.cursor(start.partition()), start.gap()));
        goOnWithout(subscription.gone());
        begun.forEach(catchUp::add);
        subscription.waiting().forEach(partition -> followed.followLater(partition, this::joined, this::lost));
        begun.forEach(this::noteCatchingUp);
        if (subscription.parameters().group() != null) {
            membership = new GroupMembership(this, connection, services);
        } else {
            // A pattern that finds nothing yet has nothing to catch up with.
            tellIfCaughtUp();
        }
        catchUp.goOn();
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
        catchUp.add(cursor);
        noteCatchingUp(cursor);
        catchUp.goOnLater();
    }

    /** A partition that the group has assigned to this member, with what was committed, or -1. */
    void followAssigned(TopicPartition partition, long committedOffset) {
        followed.followAssigned(partition, committedOffset, this::joined, this::lost);
    }

    /** The membership in a group; null when there is none. */
    GroupMembership membership() {
        return membership;
    }

    /** The cluster has partitions now that it had not before. */
    void grown(List<TopicPartition> added) {
        added.forEach(partition -> followed.followNew(partition, this::joined, this::lost));
    }

    /** A partition that was waited for cannot be followed. */
    private void lost(TopicPartition partition, MillraceException error) {
        if (!ended) {
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

    @Override
    public void fallBehind(Cursor cursor) {
        cursor.leave();
        catchUp.add(cursor);
        connection.touch();
    }

    boolean maySend() {
        return hasCredit() && connection.maySend();
    }

    boolean hasCredit() {
        return credit > 0 || credit == FlowRules.UNLIMITED;
    }

    CatchUp catchUp() {
        return catchUp;
    }

    @Override
    public void failed(Cursor cursor, MillraceException error) {
        if (error.code() == ErrorCode.UNKNOWN_SERVER_ERROR) {
            connection.log("A stream failed", cursor.partition(), error);
        }
        followed.unfollow(cursor);
        partitionFailed(cursor.partition(), error);
    }

    /** Others of the subscription go on, where there are others. */
    private void partitionFailed(TopicPartition partition, MillraceException error) {
        boolean others = followed.cursors().stream()
                .anyMatch(cursor -> !cursor.partition().topicId().equals(partition.topicId()));
        boolean gone = error.code() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        if (gone && membership != null) {
            // The group will say so, too.
            return;
        }
        if (gone && (others || subscription.parameters().selection().pattern() != null)) {
            goOnWithout(error);
            tellIfCaughtUp();
        } else {
            connection.finish(this, StreamEnd.of(error));
        }
    }

    /** Says which topics are gone; null for none. */
    private void goOnWithout(MillraceException gone) {
        if (gone != null) {
            output.control(new ServerMessage.Failure(sid, null, gone, false));
            connection.touch();
        }
    }

    // ---- sending

    /** Sends what a frame has for a cursor, as far as limits and credit go, and moves it. */
    void send(Cursor cursor, SharedFrame frame) {
        int from = frame.indexOf(cursor.position());
        int to = frame.count();
        long position = frame.next();
        if (flow.untilLatest() && position > cursor.end()) {
            to = frame.indexOf(cursor.end());
            position = cursor.end();
        }
        long allowed = credit == FlowRules.UNLIMITED ? recordsLeft : Math.min(recordsLeft, credit);
        int records = frame.records(from, to);
        if (records > allowed || (records == recordsLeft && to > from)) {
            to = frame.indexBehind(from, allowed);
            position = frame.offset(to - 1) + 1;
            records = frame.records(from, to);
        }
        if (to > from) {
            int bytes = output.records(cursor, frame, from, to, position);
            delivery.sent(cursor.partition().topic(), records, bytes);
            // A batch is sent whole: it can have more records than are left.
            recordsLeft = Math.max(0, recordsLeft - records);
            if (credit != FlowRules.UNLIMITED) {
                credit -= records;
            }
            cursor.afterGap(false);
            connection.sent(bytes);
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

    /** A cursor stands elsewhere. */
    void noteMoved(Cursor cursor) {
        output.moved();
        connection.touch();
        noteCatchingUp(cursor);
    }

    /** Looks whether a cursor that was catching up has done so. */
    private void noteCatchingUp(Cursor cursor) {
        if (ended || !cursor.isCaughtUp() || !followed.noteCaughtUp(cursor)) {
            return;
        }
        if (flow.untilLatest()) {
            cursor.leave();
        }
        tellIfCaughtUp();
    }

    /** Once, when nothing is catching up and nothing is waited for. */
    private void tellIfCaughtUp() {
        if (ended || !followed.isCaughtUp() || !followed.tellCaughtUpOnce()) {
            return;
        }
        output.control(new ServerMessage.CaughtUp(sid));
        connection.touch();
        if (flow.untilLatest()) {
            connection.finish(this, StreamEnd.done("end reached"));
        }
    }

    /** Tells that records were lost, now or with the next record; null for none. */
    void tellGap(Cursor cursor, Gap gap) {
        if (gap == null) {
            return;
        }
        services.metrics().gap(gap.reason());
        if (output.hasControl()) {
            output.control(new ServerMessage.GapNotice(sid, cursor.partition(), gap));
            cursor.afterGap(true);
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
        catchUp.goOnLater();
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
            cursor.afterGap(false);
            cursor.position(start.position());
            cursor.leaderEpoch(start.leaderEpoch());
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
        catchUp.goOnLater();
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
            lag = followed.cursors().stream().mapToLong(CatchUp::lag).sum();
        }
        output.control(new ServerMessage.Checkpoint(sid, requestId, token(), lag));
    }

    /** A partition that it does not follow any longer. */
    void unfollow(TopicPartition partition) {
        Cursor cursor = followed.cursor(partition);
        if (cursor != null) {
            followed.unfollow(cursor);
        } else {
            followed.stopWaiting(partition);
        }
    }

    /** Lets everything go; what is said to the client is said before. */
    void close() {
        ended = true;
        if (membership != null) {
            membership.disconnected();
        }
        followed.close();
        catchUp.end();
    }
}
