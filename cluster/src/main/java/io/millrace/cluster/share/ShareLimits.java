package io.millrace.cluster.share;

/**
 * What holds for the records of one group.
 *
 * @param lockDurationMs how long a member has a record for itself
 * @param deliveryCountLimit how often a record is delivered before it is given up
 * @param maxRecordLocks offsets of a partition, from the first that is not done with, that may be under way
 */
public record ShareLimits(int lockDurationMs, int deliveryCountLimit, int maxRecordLocks) {}
