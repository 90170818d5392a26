package io.millrace.cluster.share;

import io.millrace.cluster.partition.Isolation;

/**
 * What is set for one share group.
 *
 * @param limits of its records
 * @param start where it begins
 * @param isolation what it is given
 */
public record ShareGroupOptions(ShareLimits limits, ShareStart start, Isolation isolation) {}
