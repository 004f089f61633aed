package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Kernel;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;

/** The primitives, and few loops in Java between them, that compute one phase of an operation. */
final class OneDnnKernel implements Kernel {
    private final Runnable[] steps;
    private final List<NativeBuffer> buffers;
    private final PointerScope nativeObjects;
    private boolean closed;

    OneDnnKernel(List<Runnable> steps, List<NativeBuffer> buffers, PointerScope nativeObjects) {
        this.steps = steps.toArray(Runnable[]::new);
        this.buffers = List.copyOf(buffers);
        this.nativeObjects = nativeObjects;
    }

    @Override
    public void run() {
        if (closed) {
            throw new IllegalStateException("the kernel is closed");
        }
        for (Runnable step : steps) {
            step.run();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            nativeObjects.close();
            buffers.forEach(NativeBuffer::close);
        }
    }
}
