package io.dcd.engine.plan;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.PixelBuffer;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.ImageNormalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The buffers of a plan: what its threads share, and what each has for itself. */
final class PlanBuffers implements AutoCloseable {
    private final Placement placement;
    private final int batch;
    private final Buffer arena;
    private final List<Buffer> scratch = new ArrayList<>();
    private final List<TemporaryMemory> temporaries = new ArrayList<>();
    private final Buffer parameters;
    private final List<Buffer> parameterGradients = new ArrayList<>();
    private final Optional<PixelBuffer> pixels;

    PlanBuffers(Graph graph, PlanOptions options, Placement placement, int threads, Backend backend) {
        this.placement = placement;
        batch = options.batch();
        arena = backend.allocate(Math.max(1, placement.arenaElements()));
        parameters = backend.allocate(Math.max(1, graph.parameterElements()));
        for (int i = 0; i < threads; i++) {
            scratch.add(backend.allocate(Math.max(1, placement.scratchElements())));
            temporaries.add(new TemporaryMemory());
            if (options.training()) {
                parameterGradients.add(backend.allocate(parameters.elements()));
            }
        }
        pixels = graph.operations().stream()
                .filter(ImageNormalization.class::isInstance)
                .findFirst()
                .map(source -> backend.allocatePixels(
                        (long) batch * source.output().shape().elements()));
    }

    /** Allocates the temporary memory that the kernels have asked for. */
    void allocateTemporaries(Backend backend) {
        temporaries.forEach(temporary -> temporary.allocate(backend));
    }

    /** The values of a tensor that lives in the arena, for the whole batch. */
    Buffer value(Tensor tensor) {
        return placement.value(tensor, Slice.all(batch), arena);
    }

    /** The gradient of a tensor that lives in the arena, for the whole batch. */
    Buffer gradient(Tensor tensor) {
        return placement.gradient(tensor, Slice.all(batch), arena, arena);
    }

    /** The values of {@code tensor} as a task of a thread finds them. */
    Buffer value(Tensor tensor, Task task, Slice slice, int thread) {
        return placement.value(tensor, task.phase(), slice, arena, scratch.get(thread));
    }

    /** The gradient of {@code tensor} for a slice of a thread. */
    Buffer gradient(Tensor tensor, Slice slice, int thread) {
        return placement.gradient(tensor, slice, arena, scratch.get(thread));
    }

    /** The flat parameter vector. */
    Buffer parameters() {
        return parameters;
    }

    Buffer parameter(Parameter parameter) {
        return parameters.slice(parameter.offset(), parameter.elements());
    }

    /** The flat gradient vectors of all threads, of a training plan. */
    List<Buffer> parameterGradients() {
        return parameterGradients;
    }

    Buffer parameterGradient(Parameter parameter, int thread) {
        return parameterGradients.get(thread).slice(parameter.offset(), parameter.elements());
    }

    /** The images of the batch, of a graph that reads images. */
    PixelBuffer pixels() {
        return pixels.orElseThrow(() -> new IllegalStateException("this graph does not read pixels"));
    }

    /** The images of a slice. */
    PixelBuffer pixels(Slice slice) {
        long sample = pixels().bytes() / batch;
        return pixels().slice(slice.first() * sample, slice.samples() * sample);
    }

    void requestTemporary(int thread, long elements, Consumer<Buffer> user) {
        temporaries.get(thread).request(elements, user);
    }

    /** The number of values in the arena and in the threads' scratch. */
    long elements() {
        return arena.elements() + scratch.stream().mapToLong(Buffer::elements).sum();
    }

    @Override
    public void close() {
        pixels.ifPresent(PixelBuffer::close);
        parameterGradients.forEach(Buffer::close);
        parameters.close();
        scratch.forEach(Buffer::close);
        temporaries.forEach(TemporaryMemory::close);
        arena.close();
    }
}
