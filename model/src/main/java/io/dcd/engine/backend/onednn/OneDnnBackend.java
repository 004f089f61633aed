package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.BatchReduction;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.LossKernel;
import io.dcd.engine.backend.LossMemory;
import io.dcd.engine.backend.Phase;
import io.dcd.engine.backend.PixelBuffer;
import io.dcd.engine.backend.ReductionMemory;
import io.dcd.engine.backend.UpdateKernel;
import io.dcd.engine.backend.UpdateMemory;
import io.dcd.engine.fusion.KernelSpace;
import io.dcd.engine.fusion.ScaledSumFusion;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.KernelNormalization;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import org.bytedeco.dnnl.stream;

/**
 * CPU kernels of oneDNN in float32, each run by one thread. Feature maps are NHWC, parameters stay in the flat vector. The
 * same inputs give the same bits as long as the number of threads is the same.
 */
public final class OneDnnBackend implements Backend {
    /** The name by which a configuration chooses this backend. */
    public static final String NAME = "onednn";

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /**
     * 4 MiB of float32. Measured on MobileNetV2 ×0.5 DCD, two threads, milliseconds of kernels of one of them for slices of 2, 4
     * and 8 MiB: 82, 79 (8 MiB not measured) for batch 128 at 64; 194, 191, 188 for batch 32 at 224 (one thread at 64: 160 for 1 MiB, 153 for 2).
     * The second-level cache still holds what a task has just written, and fewer slices mean fewer calls.
     */
    private static final long SLICE_ELEMENTS = 1 << 20;

    private static final KernelRecipes RECIPES = new KernelRecipes();

    private final int threads;
    private final UnaryOperator<Graph> merging;
    private final List<stream> streams = new ArrayList<>();

    /**
     * @param threads among how many threads a plan divides its batch; 0 for one on each processor
     * @throws IllegalStateException if the native libraries are not there for this platform
     */
    public OneDnnBackend(int threads) {
        this(threads, KernelProductKernel::worthwhile);
    }

    /** @param worthwhile which layers are moved to {@link KernelSpace}, by the shapes of what they read and write */
    OneDnnBackend(int threads, BiPredicate<Shape, Shape> worthwhile) {
        this(threads, (Graph graph) -> ScaledSumFusion.apply(KernelSpace.apply(graph, worthwhile)));
    }

    private OneDnnBackend(int threads, UnaryOperator<Graph> merging) {
        if (threads < 0) {
            throw new IllegalArgumentException("the number of threads must not be negative, got " + threads);
        }
        this.merging = merging;
        this.threads = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
            throw new IllegalStateException(
                    "the onednn backend needs Java's vectors: start Java with --add-modules=" + VECTOR_MODULE);
        }
        try {
            for (int i = 0; i < this.threads; i++) {
                streams.add(OneDnn.newStream());
            }
        } catch (LinkageError error) {
            throw new IllegalStateException(
                    "oneDNN's native library does not load on %s %s: build with the natives of this platform (-Dnative.platform=…) or choose the backend 'reference'"
                            .formatted(System.getProperty("os.name"), System.getProperty("os.arch")),
                    error);
        }
    }

    /** A backend that merges no operations, to measure what merging brings. */
    public static OneDnnBackend withoutFusion(int threads) {
        return new OneDnnBackend(threads, UnaryOperator.identity());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public long sliceElements() {
        return SLICE_ELEMENTS;
    }

    @Override
    public void prepareThread() {
        OneDnn.threads(1);
    }

    @Override
    public Graph rewrite(Graph graph) {
        return merging.apply(graph);
    }

    @Override
    public Buffer allocate(long elements) {
        return NativeBuffer.allocate(elements);
    }

    @Override
    public PixelBuffer allocatePixels(long bytes) {
        return new NativePixels(bytes);
    }

    @Override
    public Kernel kernel(Operation operation, Phase phase, KernelMemory memory) {
        KernelBuilder builder = new KernelBuilder(streams.get(memory.thread()), memory);
        try {
            operation.accept(RECIPES).build(phase, builder);
            return builder.finish();
        } catch (RuntimeException exception) {
            builder.discard();
            throw exception;
        }
    }

    @Override
    public BatchReduction reduction(Operation operation, ReductionMemory memory) {
        if (operation instanceof BatchNormalization normalization) {
            return new BatchNormalizationReduction(normalization, memory);
        }
        if (operation instanceof KernelNormalization kernel) {
            return new BatchNormalizationReduction(kernel.normalization(), memory);
        }
        throw unsupported(operation);
    }

    private static UnsupportedOperationException unsupported(Operation operation) {
        return new UnsupportedOperationException(
                "the onednn backend has no kernel for " + operation.getClass().getSimpleName());
    }

    @Override
    public LossKernel lossKernel(LossMemory memory) {
        return new OneDnnLossKernel(streams.get(0), memory);
    }

    @Override
    public UpdateKernel updateKernel(UpdateMemory memory) {
        return new OneDnnUpdateKernel(memory);
    }
}
