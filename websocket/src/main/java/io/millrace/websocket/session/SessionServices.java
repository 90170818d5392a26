package io.millrace.websocket.session;

import io.millrace.cluster.group.member.GroupMembers;
import io.millrace.cluster.produce.RecordProducer;
import io.millrace.websocket.DeliveryQuota;
import io.millrace.websocket.GatewayLimits;
import io.millrace.websocket.GatewayMetrics;
import io.millrace.websocket.auth.ClientAccess;
import io.millrace.websocket.delivery.SharedStreams;
import io.millrace.websocket.subscription.SubscriptionOpening;
import io.millrace.websocket.subscription.SubscriptionResolver;

/**
 * What the sessions of a node share.
 *
 * @param producer stores what clients write
 * @param groups makes connections members of consumer groups
 * @param node the name of this node, for those who are told
 * @param quota how much clients may be sent
 * @param places how many subscriptions there may be
 */
public record SessionServices(
        String node,
        SharedStreams streams,
        SubscriptionResolver resolver,
        SubscriptionOpening opening,
        ClientAccess access,
        RecordProducer producer,
        GroupMembers groups,
        DeliveryQuota quota,
        SubscriptionPlaces places,
        GatewayLimits limits,
        GatewayMetrics metrics) {}
