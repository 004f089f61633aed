package io.dcd.engine.backend.onednn;

import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;

/** A oneDNN primitive bound to its arguments. */
final class Call implements Runnable {
    private final stream stream;
    private final primitive primitive;
    private final IntMemoryMap arguments;

    /** An argument of a primitive: one of {@code DNNL_ARG_…} and what is passed for it. */
    record Argument(int index, memory memory) {}

    Call(stream stream, primitive primitive, IntMemoryMap arguments) {
        this.stream = stream;
        this.primitive = primitive;
        this.arguments = arguments;
    }

    @Override
    public void run() {
        primitive.execute(stream, arguments);
    }
}
