package io.millrace.cluster.share;

import java.util.Collection;

/** Offsets of a {@link ShareWindow} that follow each other and have the same state. */
final class Span {

    final long first;
    long last;
    DeliveryState state;
    int deliveryCount;

    /** Who has it, while it is ACQUIRED; else null. */
    String member;

    long lockedUntilMs;

    /** The change that will give it another state when it is stored; null when none is under way. */
    Change change;

    /** What the change will make of it. */
    DeliveryState target;

    Span(long first, long last, DeliveryState state, int deliveryCount) {
        this.first = first;
        this.last = last;
        this.state = state;
        this.deliveryCount = deliveryCount;
    }

    /** The part from an offset on, which is taken off this one. */
    Span splitAt(long offset) {
        Span rest = new Span(offset, last, state, deliveryCount);
        rest.member = member;
        rest.lockedUntilMs = lockedUntilMs;
        rest.change = change;
        rest.target = target;
        last = offset - 1;
        return rest;
    }

    long count() {
        return last - first + 1;
    }

    boolean isHeldBy(String who) {
        return state == DeliveryState.ACQUIRED && change == null && member.equals(who);
    }

    /** As it will be when the changes under way that are in question are stored. */
    DeliveryState stateAfter(Collection<Change> changes) {
        return change != null && changes.contains(change) ? target : state;
    }

    void become(DeliveryState next) {
        state = next;
        change = null;
        target = null;
        if (next != DeliveryState.ACQUIRED) {
            member = null;
        }
    }

    /** Whether it and the next one may be told as one. */
    boolean isLike(Span next) {
        return state != DeliveryState.ACQUIRED
                && state == next.state
                && (state.isFinal() || deliveryCount == next.deliveryCount)
                && change == null
                && next.change == null;
    }

    @Override
    public String toString() {
        return first + "-" + last + " " + state + " x" + deliveryCount + (member == null ? "" : " " + member);
    }
}
