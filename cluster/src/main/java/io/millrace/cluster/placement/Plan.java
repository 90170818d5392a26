package io.millrace.cluster.placement;

import java.util.List;

/** Moves that belong together, the partitions in the order of their names. Empty when everything is as it should be. */
public record Plan(List<Move> moves) {

    public Plan {
        moves = List.copyOf(moves);
    }

    /** What goes over the network in all. */
    public long bytes() {
        return moves.stream().mapToLong(Move::bytes).sum();
    }

    /** How many replicas are copied. */
    public int copies() {
        return moves.stream().mapToInt(move -> move.added().size()).sum();
    }

    public boolean isEmpty() {
        return moves.isEmpty();
    }
}
