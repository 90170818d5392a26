package io.millrace.cluster.group.member;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.group.GroupCoordinator;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.peer.PeerTransport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** The members at this node, and what members of all nodes ask of the groups that it coordinates. Thread-safe. */
public final class NodeGroupMembers implements GroupMembers {

    private record Instance(String groupId, String instanceId) {}

    private final Supplier<MemberThread> threads;
    private final CoordinatorClient client;
    private final GroupMemberLimits limits;
    private final Supplier<ClusterImage> image;
    private final BiFunction<String, String, Future<Void>> releases;
    private final List<PeerApi> apis;
    private final Set<CoordinatedMember> members = ConcurrentHashMap.newKeySet();
    private final Map<Instance, CoordinatedMember> instances = new ConcurrentHashMap<>();

    /**
     * @param groups those that this node coordinates
     * @param transport to the nodes that coordinate others
     */
    public NodeGroupMembers(
            Vertx vertx,
            int nodeId,
            GroupMemberLimits limits,
            Supplier<ClusterImage> image,
            GroupCoordinator groups,
            PeerTransport transport) {
        this.threads = () -> MemberThread.ofCaller(vertx);
        this.limits = limits;
        this.image = image;
        MemberApis here = new MemberApis(groups, image);
        this.client = new AnyCoordinator(nodeId, groups, here, transport);
        this.releases = new InstanceReleases(nodeId, image, transport)::ask;
        List<PeerApi> rows = new ArrayList<>(here.rows());
        rows.add(InstanceReleases.row(this::release));
        this.apis = List.copyOf(rows);
    }

    /** For tests, without a coordinator of Kafka's and without other nodes. */
    NodeGroupMembers(
            Supplier<MemberThread> threads,
            CoordinatorClient client,
            GroupMemberLimits limits,
            Supplier<ClusterImage> image) {
        this.threads = threads;
        this.client = client;
        this.limits = limits;
        this.image = image;
        this.releases = (groupId, instanceId) -> Future.succeededFuture();
        this.apis = List.of();
    }

    /** What other nodes may ask. */
    public List<PeerApi> peerApis() {
        return apis;
    }

    @Override
    public GroupMember join(JoinRequest request, GroupMemberListener listener) {
        MemberThread thread = threads.get();
        CoordinatedMember member = new CoordinatedMember(
                thread,
                client,
                request,
                limits,
                this::topicName,
                () -> releases.apply(request.groupId(), request.instanceId()),
                listener);
        members.add(member);
        member.ended().onComplete(ended -> members.remove(member));
        CoordinatedMember former = request.instanceId() == null ? null : holdInstance(request, member);
        if (former != null) {
            // The coordinator lets nobody have an instance id that it has not got back.
            former.replaced().onComplete(parted -> thread.run(member::start));
        } else if (members.size() > limits.membersMax()) {
            thread.run(() -> member.refuse(tooMany()));
        } else {
            thread.run(member::start);
        }
        return member;
    }

    /** Answers who has had the instance id at this node, null if nobody. */
    private CoordinatedMember holdInstance(JoinRequest request, CoordinatedMember member) {
        Instance instance = new Instance(request.groupId(), request.instanceId());
        CoordinatedMember former = instances.put(instance, member);
        member.ended().onComplete(ended -> instances.remove(instance, member));
        return former;
    }

    /** For a client that is at another node now. */
    private Future<Boolean> release(String groupId, String instanceId) {
        CoordinatedMember member = instances.get(new Instance(groupId, instanceId));
        return member == null
                ? Future.succeededFuture(false)
                : member.replacedElsewhere().map(true);
    }

    private MillraceException tooMany() {
        return new MillraceException(
                ErrorCode.THROTTLING_QUOTA_EXCEEDED,
                "This node has " + limits.membersMax() + " members of groups already, which is its limit: go to another"
                        + " node, or come back later");
    }

    private Optional<String> topicName(UUID topicId) {
        return image.get().topic(topicId).map(TopicMetadata::name);
    }

    @Override
    public int size() {
        return members.size();
    }
}
