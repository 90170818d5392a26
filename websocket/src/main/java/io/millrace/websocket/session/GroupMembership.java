package io.millrace.websocket.session;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.member.AssignedPartition;
import io.millrace.cluster.group.member.GroupMember;
import io.millrace.cluster.group.member.GroupMemberListener;
import io.millrace.cluster.group.member.JoinRequest;
import io.millrace.cluster.group.member.Position;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.delivery.Cursor;
import io.millrace.websocket.protocol.ClientMessage.Place;
import io.millrace.websocket.protocol.ErrorJson;
import io.millrace.websocket.protocol.ServerMessage;
import io.millrace.websocket.subscription.GroupParameters;
import io.millrace.websocket.subscription.StreamParameters;
import io.millrace.websocket.subscription.TopicSelection;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A subscription as a member of a consumer group (gateway protocol §7): it follows what the group assigns to it, and commits. With
 * {@code commit=auto} the server commits what the client's WebSocket has received: it sends a ping behind the records, and the pong says
 * that they are there.
 *
 * <p>Belongs to the event loop of the connection.
 */
final class GroupMembership implements GroupMemberListener {

    private final StreamSubscription subscription;
    private final StreamConnection connection;
    private final SessionServices services;
    private final StreamParameters parameters;
    private final GroupParameters group;
    private final GroupMember member;

    /** Positions that were committed last, or begun with, of what the member has. */
    private final Map<TopicPartition, Long> committed = new HashMap<>();

    /** What was revoked and is not given back yet, and how far it was sent. */
    private final Map<TopicPartition, Long> revoked = new HashMap<>();

    // With commit=auto: the ping that is under way, and what its answer says was received.
    private long pingNumber;
    private Map<TopicPartition, Long> behindPing;
    private long pingedAtNanos = System.nanoTime();
    private boolean ended;

    /** The one that the client was told last: a member that is thrown out is in none any more. */
    private int generation;

    GroupMembership(StreamSubscription subscription, StreamConnection connection, SessionServices services) {
        this.subscription = subscription;
        this.connection = connection;
        this.services = services;
        this.parameters = subscription.subscription().parameters();
        this.group = parameters.group();
        this.member = services.groups().join(request(), this);
    }

    private JoinRequest request() {
        TopicSelection selection = parameters.selection();
        String client = "websocket";
        String host = connection.remoteHost();
        return selection.pattern() == null
                ? JoinRequest.forTopics(
                        group.group(), group.instance(), client, host, new HashSet<>(selection.topics()))
                // A group matches whole names.
                : JoinRequest.forPattern(
                        group.group(), group.instance(), client, host, ".*(?:" + selection.pattern() + ").*");
    }

    // ---- what the group says

    @Override
    public void assigned(int memberEpoch, List<AssignedPartition> partitions) {
        if (ended) {
            return;
        }
        List<ServerMessage.PartitionPosition> told = new ArrayList<>();
        for (AssignedPartition each : partitions) {
            told.add(new ServerMessage.PartitionPosition(each.partition(), each.committedOffset()));
        }
        generation = memberEpoch;
        tell(new ServerMessage.Assigned(subscription.sid(), generation, told));
        for (AssignedPartition each : partitions) {
            revoked.remove(each.partition());
            committed.put(each.partition(), each.committedOffset());
            subscription.followAssigned(each.partition(), each.committedOffset());
        }
    }

    @Override
    public void revoked(int memberEpoch, long deadlineMs, List<TopicPartition> partitions) {
        if (ended) {
            return;
        }
        for (TopicPartition partition : partitions) {
            Cursor cursor = subscription.followed().cursor(partition);
            revoked.put(partition, cursor == null ? -1 : cursor.position());
            subscription.unfollow(partition);
        }
        tell(new ServerMessage.Revoked(subscription.sid(), memberEpoch, deadlineMs, null, positions(partitions)));
        askForReceipt();
        // Whoever has not answered by then gets no more time: the others of the group wait.
        connection.loop().delivery().context().owner().setTimer(Math.max(1, deadlineMs), timer -> release(partitions));
    }

    @Override
    public void lost(List<TopicPartition> partitions, MillraceException why) {
        if (ended) {
            return;
        }
        forget(partitions);
        tell(new ServerMessage.Revoked(
                subscription.sid(), generation, 0, why.code().name(), positions(partitions)));
    }

    @Override
    public void failed(MillraceException why) {
        if (ended) {
            return;
        }
        ended = true;
        if (why.code() == ErrorCode.FENCED_INSTANCE_ID) {
            connection.end(StreamEnd.of(why));
        } else {
            connection.finish(subscription, StreamEnd.of(why));
            connection.loop().delivery().endRound();
        }
    }

    private void tell(ServerMessage message) {
        if (subscription.subscription().form().isSubprotocol()) {
            connection.sayNow(message);
        }
    }

    private static List<ServerMessage.PartitionPosition> positions(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .map(partition -> new ServerMessage.PartitionPosition(partition, -1))
                .toList();
    }

    private void forget(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            subscription.unfollow(partition);
            committed.remove(partition);
            revoked.remove(partition);
        }
    }

    private void release(Collection<TopicPartition> partitions) {
        Set<TopicPartition> released = new HashSet<>(partitions);
        released.retainAll(revoked.keySet());
        if (ended || released.isEmpty()) {
            return;
        }
        forget(released);
        member.released(released);
    }

    // ---- commits

    /** Commits what the client says; what was revoked is given back behind it. */
    Future<Void> commit(List<Place> places) {
        if (group.autoCommit()) {
            throw new MillraceException(
                    ErrorCode.INVALID_REQUEST,
                    "sid: the server commits for this subscription; subscribe with commit=manual to do it yourself");
        }
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (Place place : places) {
            positions.put(find(place), place.offset());
        }
        Set<TopicPartition> toRelease = Set.copyOf(revoked.keySet());
        Future<Void> done = store(positions);
        release(toRelease);
        return done;
    }

    private TopicPartition find(Place place) {
        for (Map<TopicPartition, Long> known : List.of(committed, revoked)) {
            for (TopicPartition partition : known.keySet()) {
                if (partition.partition() == place.partition()
                        && partition.topic().equals(place.topic())) {
                    return partition;
                }
            }
        }
        throw new MillraceException(
                ErrorCode.ILLEGAL_GENERATION,
                "offsets: partition " + place.partition() + " of topic '" + place.topic()
                        + "' is not assigned to this subscription (any more); nothing was committed");
    }

    private Future<Void> store(Map<TopicPartition, Long> positions) {
        if (positions.isEmpty()) {
            return Future.succeededFuture();
        }
        Map<TopicPartition, Position> stored = new HashMap<>();
        positions.forEach((partition, offset) -> stored.put(partition, Position.at(offset)));
        return member.commit(stored)
                .onSuccess(v -> positions.forEach((partition, offset) -> {
                    if (committed.containsKey(partition)) {
                        committed.put(partition, offset);
                    }
                }));
    }

    /** Looks whether it is time to commit. */
    void tick(long nowNanos) {
        boolean isDue = nowNanos - pingedAtNanos
                >= TimeUnit.MILLISECONDS.toNanos(services.limits().checkpointIntervalMs());
        if (isDue && behindPing == null) {
            askForReceipt();
        }
    }

    /** With {@code commit=auto}: asks the client whether it has received what was sent, if that is not committed. */
    void askForReceipt() {
        if (!ended && group.autoCommit()) {
            ping();
        }
    }

    /** Whether the client was asked and has not answered. */
    boolean awaitsReceipt() {
        return !ended && behindPing != null;
    }

    /** Sends a ping behind what was sent; the answer to an earlier one says nothing of it and is not waited for any longer. */
    private void ping() {
        Map<TopicPartition, Long> sent = new HashMap<>();
        for (Cursor cursor : subscription.followed().cursors()) {
            Long before = committed.get(cursor.partition());
            if (before != null && before != cursor.position()) {
                sent.put(cursor.partition(), cursor.position());
            }
        }
        revoked.forEach((partition, position) -> {
            if (position >= 0 && !position.equals(committed.get(partition))) {
                sent.put(partition, position);
            }
        });
        pingedAtNanos = System.nanoTime();
        if (sent.isEmpty() && revoked.isEmpty()) {
            return;
        }
        behindPing = sent;
        pingNumber = connection.pingNumber();
        connection.outlet().ping(pingNumber);
        connection.touch();
        connection.loop().delivery().endRound();
    }

    /** The client has received everything that was sent before this ping. */
    void ponged(long number) {
        if (ended || behindPing == null || number != pingNumber) {
            return;
        }
        Map<TopicPartition, Long> received = behindPing;
        behindPing = null;
        Set<TopicPartition> toRelease = Set.copyOf(revoked.keySet());
        store(received)
                .onFailure(e -> connection.log(
                        "Positions that a client has received could not be committed", ErrorJson.asAnswer(e)));
        release(toRelease);
    }

    // ---- the end

    /** The client ended the subscription: others get its partitions at once. */
    void leave() {
        if (!ended) {
            ended = true;
            member.leave();
        }
    }

    /** The connection is gone: a member with an instance id may come back. */
    void disconnected() {
        if (!ended) {
            ended = true;
            member.disconnected();
        }
    }
}
