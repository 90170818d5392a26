package io.millrace.cluster.share;

/** Offsets that have one stored state: an entry of what a share coordinator keeps. */
public record StateBatch(long firstOffset, long lastOffset, DeliveryState state, int deliveryCount) {}
