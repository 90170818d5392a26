package io.millrace.cluster.share;

import java.util.List;

/**
 * What a member says of records that follow each other.
 *
 * @param firstOffset of the first
 * @param lastOffset of the last
 * @param types of each of them, or one for all
 */
public record AckBatch(long firstOffset, long lastOffset, List<AckType> types) {

    public AckBatch {
        types = List.copyOf(types);
        if (firstOffset < 0 || lastOffset < firstOffset) {
            throw new IllegalArgumentException("offsets " + firstOffset + " to " + lastOffset + " are no range");
        }
        if (types.size() != 1 && types.size() != lastOffset - firstOffset + 1) {
            throw new IllegalArgumentException("offsets " + firstOffset + " to " + lastOffset + " have " + types.size()
                    + " types of acknowledgement: there must be one, or one for each");
        }
    }
}
