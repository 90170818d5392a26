package io.millrace.cluster.group.member;

import io.millrace.cluster.group.GroupClient;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * A tagged field (KIP-482) of our own in the heartbeats that one node sends to another: for whom it does that, because administrators want to
 * see the client and not the node. Content: length of the address int8, the address, the client id in UTF-8.
 */
final class ClientField {

    /** Far from the tags that Kafka gives out one after the other. */
    private static final int TAG = 7_002;

    private ClientField() {}

    static void write(ConsumerGroupHeartbeatRequestData request, MemberIdentity member) {
        byte[] address = address(member.clientHost()).getAddress();
        byte[] clientId = member.clientId().getBytes(StandardCharsets.UTF_8);
        ByteBuffer content = ByteBuffer.allocate(1 + address.length + clientId.length);
        content.put((byte) address.length).put(address).put(clientId);
        request.unknownTaggedFields().add(new RawTaggedField(TAG, content.array()));
    }

    /** Who is meant by a heartbeat of another node; nobody in particular when it does not say. */
    static GroupClient read(ConsumerGroupHeartbeatRequestData request, short version) {
        for (RawTaggedField field : request.unknownTaggedFields()) {
            if (field.tag() == TAG) {
                ByteBuffer content = ByteBuffer.wrap(field.data());
                byte[] address = new byte[content.get()];
                content.get(address);
                byte[] clientId = new byte[content.remaining()];
                content.get(clientId);
                return client(new String(clientId, StandardCharsets.UTF_8), address(address), version);
            }
        }
        return client("", InetAddress.getLoopbackAddress(), version);
    }

    static GroupClient client(MemberIdentity member, ApiKeys api, short version) {
        return new GroupClient(member.clientId(), address(member.clientHost()), api.id, version, 0);
    }

    private static GroupClient client(String clientId, InetAddress address, short version) {
        return new GroupClient(clientId, address, ApiKeys.CONSUMER_GROUP_HEARTBEAT.id, version, 0);
    }

    /** Never asks a name server: what is no address is shown as this machine's. */
    private static InetAddress address(String host) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        return bytes == null ? InetAddress.getLoopbackAddress() : address(bytes);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException ofWrongLength) {
            return InetAddress.getLoopbackAddress();
        }
    }
}
