package io.millrace.websocket.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.partition.PartitionOffsets;
import io.millrace.cluster.partition.PartitionService.EpochEnd;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.Envelope;
import io.millrace.websocket.delivery.LeaderChange;
import io.millrace.websocket.delivery.LoopDelivery;
import io.millrace.websocket.delivery.SharedFrame;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.Gap;
import io.millrace.websocket.subscription.FlowRules;
import io.millrace.websocket.subscription.PartitionStart;
import io.millrace.websocket.subscription.SlowPolicy;
import io.millrace.websocket.subscription.StreamParameters;
import io.millrace.websocket.subscription.TableStarts;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;

/**
 * The partitions of one subscription that are behind: each is read from the log at the client's pace, one read of the subscription at a
 * time, until it can be live. While the socket or the client's credit is used up nothing is read.
 *
 * <p>Belongs to the event loop of the connection.
 */
final class CatchUp {

    private final StreamSubscription subscription;
    private final StreamConnection connection;
    private final SessionServices services;
    private final StreamParameters parameters;
    private final FlowRules flow;
    private final LoopDelivery delivery;

    /** Those that wait for their turn; null for none, as most of the time. */
    private Queue<Cursor> behind;

    private boolean reading;
    private boolean stalled;
    private boolean ended;

    CatchUp(StreamSubscription subscription, StreamConnection connection, SessionServices services) {
        this.subscription = subscription;
        this.connection = connection;
        this.services = services;
        this.parameters = subscription.subscription().parameters();
        this.flow = parameters.flow();
        this.delivery = connection.loop().delivery();
    }

    /** A cursor that is not live, or not any more. */
    void add(Cursor cursor) {
        if (behind == null) {
            behind = new ArrayDeque<>(2);
        }
        behind.add(cursor);
    }

    private Cursor next() {
        Cursor next = behind.poll();
        if (behind.isEmpty()) {
            behind = null;
        }
        return next;
    }

    void end() {
        ended = true;
        behind = null;
    }

    /** Goes on as far as socket and credit allow. */
    void goOn() {
        while (!ended && !reading && behind != null && subscription.maySend()) {
            Cursor cursor = next();
            if (cursor.isDetached() || isDone(cursor)) {
                continue;
            }
            if (cursor.hasNewLeader()) {
                seeWhatIsLost(cursor);
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
        if (!ended && behind != null && !connection.outlet().isWritable() && !stalled) {
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
    void goOnLater() {
        delivery.context().runOnContext(v -> {
            goOn();
            delivery.endRound();
        });
    }

    private void readLog(Cursor cursor) {
        reading = true;
        boolean inRecord =
                subscription.output().tellsGapsInRecords() && parameters.shape().envelope() == Envelope.RECORD;
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
        if (cursor.hasNewLeader() || !cursor.continuesWith(frame) || !subscription.maySend()) {
            // It may be of another log; or the client sought another place meanwhile, or its socket filled up.
            add(cursor);
            return;
        }
        if (frame.next() > cursor.position()) {
            if (frame.count() > 0) {
                cursor.gap(null);
            }
            subscription.send(cursor, frame);
            add(cursor);
            return;
        }
        // Nothing to read, so nothing to miss: whatever comes next, comes live. A gap is told when it does.
        try {
            if (!cursor.join()) {
                add(cursor);
            }
        } catch (MillraceException e) {
            failedBehind(cursor, e);
        }
    }

    /** What has nothing to do with this stream passes: the cursor waits, and tries again. */
    private void failedBehind(Cursor cursor, MillraceException error) {
        if (!LeaderChange.isPassing(error)) {
            subscription.failed(cursor, error);
            return;
        }
        addAfterPause(cursor);
    }

    private void addAfterPause(Cursor cursor) {
        delivery.context().owner().setTimer(LeaderChange.PAUSE_MS, timer -> {
            if (!ended) {
                add(cursor);
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
            PartitionStart start = parameters.start().reset().apply(cursor.partition(), cursor.position(), offsets);
            goOnFrom(start, cursor, offsets);
            add(cursor);
        } catch (MillraceException e) {
            failedBehind(cursor, e);
        }
    }

    /** Goes on elsewhere if there is a gap, with which a table begins anew. */
    private void goOnFrom(PartitionStart found, Cursor cursor, PartitionOffsets offsets) {
        PartitionStart start =
                parameters.shape().table() ? TableStarts.afterGap(found, cursor.position(), offsets) : found;
        if (start.gap() == null) {
            return;
        }
        if (cursor.isCaughtUp() && start.position() < cursor.end()) {
            subscription.followed().noteBehindAgain(cursor);
        }
        cursor.position(start.position());
        subscription.tellGap(cursor, start.gap());
        subscription.noteMoved(cursor);
        if (start.snapshot()) {
            cursor.beginSnapshot();
        }
    }

    /** Asks a new leader whether it has all that the client was sent; if not, goes on where those records begin that it has instead. */
    private void seeWhatIsLost(Cursor cursor) {
        int epoch = cursor.leaderEpoch();
        cursor.stream().endOfEpoch(epoch).onComplete(done -> {
            if (ended || cursor.isDetached()) {
                return;
            }
            if (done.failed()) {
                failedBehind(cursor, ErrorJson.asAnswer(done.cause()));
                return;
            }
            try {
                // Unless the client sought another place meanwhile.
                if (cursor.leaderEpoch() == epoch) {
                    moveBelowLoss(cursor, done.result());
                }
            } catch (MillraceException e) {
                failedBehind(cursor, e);
                return;
            }
            if (cursor.hasNewLeader()) {
                // One that does not know yet that there is another has answered.
                addAfterPause(cursor);
                return;
            }
            add(cursor);
            goOnLater();
        });
    }

    private void moveBelowLoss(Cursor cursor, EpochEnd end) {
        PartitionOffsets offsets = cursor.stream().offsets();
        cursor.leaderEpoch(end.currentLeaderEpoch());
        if (cursor.position() > end.endOffset()) {
            PartitionStart start = PartitionStart.truncated(
                    cursor.partition(), cursor.position(), end.endOffset(), end.currentLeaderEpoch(), offsets);
            goOnFrom(start, cursor, offsets);
        }
    }

    /** Only of cursors that read the log: those that are live are at its end. */
    void measureLag(Map<String, Long> recordsByTopic) {
        for (Cursor cursor : subscription.followed().cursors()) {
            if (!cursor.isLive()) {
                recordsByTopic.merge(cursor.partition().topic(), lag(cursor), Math::max);
            }
        }
    }

    /** Records between a position and the high watermark, 0 when that is not known. */
    static long lag(Cursor cursor) {
        long end = highWatermark(cursor);
        return end == Long.MAX_VALUE ? 0 : Math.max(0, end - cursor.position());
    }

    /** Only for who has been at the end once: history is asked for, however long it is. */
    private void skipIfTooFarBehind(Cursor cursor) {
        if (flow.slow() == SlowPolicy.SKIP && cursor.isCaughtUp() && lag(cursor) > flow.maxLag()) {
            long end = highWatermark(cursor);
            subscription.tellGap(cursor, new Gap(cursor.position(), end, Gap.Reason.SKIP));
            cursor.position(end);
            subscription.output().moved();
        }
    }

    /** Whether the client asked to be closed when it is as far behind as it is. */
    boolean isToBeClosed() {
        if (flow.slow() != SlowPolicy.CLOSE || behind == null || !subscription.hasCredit()) {
            return false;
        }
        return behind.stream().anyMatch(cursor -> cursor.isCaughtUp() && lag(cursor) > flow.maxLag());
    }

    private boolean isDone(Cursor cursor) {
        return flow.untilLatest() && cursor.isCaughtUp();
    }
}
