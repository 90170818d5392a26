package io.millrace.websocket.session;

import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.delivery.Follower;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.subscription.PartitionStart;
import io.millrace.websocket.subscription.Subscription;
import io.millrace.websocket.subscription.TopicSelector;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The partitions of one subscription: a cursor for each that is followed, in the order of resume tokens, and those that are waited for.
 * Belongs to the event loop of the connection.
 */
final class FollowedPartitions {

    private static final Comparator<Cursor> ORDER = Comparator.comparing(Cursor::partition, TopicSelector.order());

    private final Follower follower;
    private final Subscription subscription;
    private final SessionServices services;
    private final EventLoopSessions loop;
    private final List<Cursor> cursors = new ArrayList<>();
    private final Set<TopicPartition> waiting = new HashSet<>();
    private final Set<Cursor> catchingUp = new HashSet<>();
    private boolean caughtUpTold;
    private boolean closed;

    FollowedPartitions(Follower follower, Subscription subscription, SessionServices services, EventLoopSessions loop) {
        this.follower = follower;
        this.subscription = subscription;
        this.services = services;
        this.loop = loop;
    }

    /** In the order of resume tokens; not to be changed. */
    List<Cursor> cursors() {
        return cursors;
    }

    /** What is followed, and what is waited for. */
    List<TopicPartition> partitions() {
        List<TopicPartition> all = new ArrayList<>(waiting);
        cursors.forEach(cursor -> all.add(cursor.partition()));
        return all;
    }

    /** The cursor of a partition, null when it is not followed. */
    Cursor cursor(TopicPartition partition) {
        for (Cursor cursor : cursors) {
            if (cursor.partition().equals(partition)) {
                return cursor;
            }
        }
        return null;
    }

    Cursor follow(PartitionStart start) {
        waiting.remove(start.partition());
        Cursor cursor = loop.delivery()
                .cursor(
                        follower,
                        services.streams().hold(subscription.key(start.partition()), loop.delivery()),
                        start.position(),
                        start.leaderEpoch(),
                        start.end());
        if (start.snapshot()) {
            cursor.beginSnapshot();
        }
        if (subscription.parameters().flow().untilLatest()) {
            cursor.stopAt(cursor.end());
        }
        int at = 0;
        while (at < cursors.size() && ORDER.compare(cursors.get(at), cursor) < 0) {
            at++;
        }
        cursors.add(at, cursor);
        catchingUp.add(cursor);
        return cursor;
    }

    /** Follows a partition from where the subscription asked, as soon as somebody leads it. */
    void followLater(
            TopicPartition partition,
            Consumer<PartitionStart> then,
            BiConsumer<TopicPartition, MillraceException> otherwise) {
        when(services.resolver().start(partition, subscription.parameters()), partition, then, otherwise);
    }

    /** Follows a partition that did not exist when the subscription began, from its first record. */
    void followNew(
            TopicPartition partition,
            Consumer<PartitionStart> then,
            BiConsumer<TopicPartition, MillraceException> otherwise) {
        when(services.resolver().startOfNew(partition, subscription.parameters()), partition, then, otherwise);
    }

    /** Follows a partition from what a group has committed, or from where the subscription says when that is nothing. */
    void followAssigned(
            TopicPartition partition,
            long committedOffset,
            Consumer<PartitionStart> then,
            BiConsumer<TopicPartition, MillraceException> otherwise) {
        when(
                services.resolver().startAssigned(partition, committedOffset, subscription.parameters()),
                partition,
                then,
                otherwise);
    }

    /** Does not wait for a partition any longer. */
    void stopWaiting(TopicPartition partition) {
        waiting.remove(partition);
    }

    private void when(
            Future<PartitionStart> start,
            TopicPartition partition,
            Consumer<PartitionStart> then,
            BiConsumer<TopicPartition, MillraceException> otherwise) {
        waiting.add(partition);
        start.onComplete(found -> {
            if (closed || !waiting.remove(partition)) {
                return;
            }
            if (found.succeeded()) {
                then.accept(found.result());
            } else {
                otherwise.accept(partition, ErrorJson.asAnswer(found.cause()));
            }
        });
    }

    void unfollow(Cursor cursor) {
        cursor.detach();
        cursors.remove(cursor);
        catchingUp.remove(cursor);
    }

    /** A cursor that had caught up has to again. */
    void noteBehindAgain(Cursor cursor) {
        catchingUp.add(cursor);
    }

    /** Whether all that is followed, or to be, has been at its end. */
    boolean isCaughtUp() {
        return catchingUp.isEmpty() && waiting.isEmpty();
    }

    /** True the first time for each cursor. */
    boolean noteCaughtUp(Cursor cursor) {
        return catchingUp.remove(cursor);
    }

    /** True the first time. */
    boolean tellCaughtUpOnce() {
        boolean first = !caughtUpTold;
        caughtUpTold = true;
        return first;
    }

    void close() {
        closed = true;
        cursors.forEach(Cursor::detach);
        cursors.clear();
        catchingUp.clear();
        waiting.clear();
    }
}
