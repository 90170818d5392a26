package io.millrace.websocket.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Supplier;

/**
 * Counts what one client has sent of a message that is not whole yet, in front of the decoder of frames, which keeps the bytes of half a
 * frame: they are nowhere else to be seen. A read of the socket that brings the end of one frame and the beginning of another counts as
 * nothing, so the count may be short by one read.
 *
 * <p>Belongs to the event loop of the connection.
 */
final class UnfinishedMessage extends ChannelInboundHandlerAdapter {

    private final InboundBudget budget;
    private final Supplier<Outlet.Listener> listener;
    private long frameBytes;
    private long fragmentBytes;
    private long taken;
    private boolean broken;

    UnfinishedMessage(InboundBudget budget, Supplier<Outlet.Listener> listener) {
        this.budget = budget;
        this.listener = listener;
    }

    /** A frame is whole; so many bytes of fragments before it, or with it, wait for the rest of their message. */
    void frame(long waitingBytes) {
        frameBytes = 0;
        fragmentBytes = waitingBytes;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            frameBytes += bytes.readableBytes();
        }
        context.fireChannelRead(message);
        account();
    }

    private void account() {
        if (broken) {
            return;
        }
        long more = frameBytes + fragmentBytes - taken;
        if (more < 0) {
            budget.giveBack(-more);
        } else if (more > 0 && !budget.take(more)) {
            giveBack();
            broken = true;
            if (listener.get() != null) {
                listener.get().broke(StreamEnd.tooMuchUnfinished());
            }
            return;
        }
        taken += more;
    }

    private void giveBack() {
        budget.giveBack(taken);
        taken = 0;
        frameBytes = 0;
        fragmentBytes = 0;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        giveBack();
    }
}
