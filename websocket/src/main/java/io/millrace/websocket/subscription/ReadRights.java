package io.millrace.websocket.subscription;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.storage.TopicPartition;
import io.millrace.websocket.auth.ClientIdentity;
import java.util.Collection;
import java.util.List;

/**
 * What a client may follow. Topics that it names are refused when it may not read them, whether there are such topics or not; topics that a
 * pattern finds are left out, as if they were not there. Stateless.
 */
public final class ReadRights {

    private ReadRights() {}

    /**
     * Checks what is asked for by name.
     *
     * @throws MillraceException TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED
     */
    static void check(StreamParameters asked, ClientIdentity client) {
        for (String topic : asked.selection().topics()) {
            if (!client.mayRead(topic)) {
                throw mayNotRead(client, topic);
            }
        }
        if (asked.group() != null && !client.mayJoin(asked.group().group())) {
            throw mayNotJoin(client, asked.group().group());
        }
    }

    /** Those that the client may read. */
    public static List<TopicPartition> readable(List<TopicPartition> partitions, ClientIdentity client) {
        return partitions.stream()
                .filter(partition -> client.mayRead(partition.topic()))
                .toList();
    }

    /** Why a running subscription has to end: a right that is gone; null when all are there. */
    public static MillraceException lost(
            StreamParameters asked, Collection<TopicPartition> followed, ClientIdentity client) {
        for (TopicPartition partition : followed) {
            if (!client.mayRead(partition.topic())) {
                return mayNotRead(client, partition.topic());
            }
        }
        boolean mayJoin = asked.group() == null || client.mayJoin(asked.group().group());
        return mayJoin ? null : mayNotJoin(client, asked.group().group());
    }

    private static MillraceException mayNotRead(ClientIdentity client, String topic) {
        return new MillraceException(
                ErrorCode.TOPIC_AUTHORIZATION_FAILED,
                "'" + client.principal() + "' may not READ topic '" + topic
                        + "'; ask for the right, or as somebody else");
    }

    private static MillraceException mayNotJoin(ClientIdentity client, String group) {
        return new MillraceException(
                ErrorCode.GROUP_AUTHORIZATION_FAILED,
                "'" + client.principal() + "' may not READ group '" + group
                        + "'; ask for the right, or as somebody else");
    }
}
