package io.millrace.cluster.share;

import io.millrace.cluster.partition.Isolation;

/**
 * What is set for one share group.
 *
 * @param limits of its records
 * @param start where it begins
 * @param isolation what it is given
 * @param renewals whether its members may have records for longer than the first time (KIP-1222)
 */
public record ShareGroupOptions(ShareLimits limits, ShareStart start, Isolation isolation, boolean renewals) {}
