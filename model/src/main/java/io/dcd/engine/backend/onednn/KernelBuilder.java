package io.dcd.engine.backend.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.scratchpad_mode;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * Collects the steps of one kernel. Every native object made between construction and {@link #finish} belongs to the
 * kernel and is freed with it.
 */
final class KernelBuilder {
    private static final long CACHE_LINE_FLOATS = 16;

    private final engine engine = OneDnn.engine();
    private final stream stream;
    private final KernelMemory memory;
    private final PointerScope nativeObjects = new PointerScope().extend();
    private final List<Runnable> steps = new ArrayList<>();
    private final List<NativeBuffer> buffers = new ArrayList<>();
    private final List<Temporary> temporaries = new ArrayList<>();
    private final List<memory> scratchpads = new ArrayList<>();
    private long temporaryFloats;
    private long scratchpadFloats;

    /** Memory without an address yet: {@code offset} floats behind the beginning of the plan's scratch. */
    private record Temporary(memory memory, long offset) {}

    /** What tells one prepared copy from another: the layout that a primitive likes may depend on the number of samples. */
    private record PreparedKey(Parameter parameter, int samples) {}

    KernelBuilder(stream stream, KernelMemory memory) {
        this.stream = stream;
        this.memory = memory;
    }

    int samples() {
        return memory.samples();
    }

    boolean training() {
        return memory.training();
    }

    /** What the backend was given, for what is neither a float nor a layout. */
    KernelMemory memory() {
        return memory;
    }

    engine engine() {
        return engine;
    }

    /** The values of a tensor, read in {@code layout}. */
    memory value(Tensor tensor, desc layout) {
        return at(memory.value(tensor), layout);
    }

    memory gradient(Tensor tensor, desc layout) {
        return at(memory.gradient(tensor), layout);
    }

    memory parameter(Parameter parameter, desc layout) {
        return at(memory.parameter(parameter), layout);
    }

    memory parameterGradient(Parameter parameter, desc layout) {
        return at(memory.parameterGradient(parameter), layout);
    }

    memory at(Buffer buffer, desc layout) {
        NativeBuffer values = NativeBuffer.of(buffer);
        if (Layouts.floats(layout) > values.elements()) {
            throw new IllegalArgumentException("a layout of %d values does not fit a buffer of %d"
                    .formatted(Layouts.floats(layout), values.elements()));
        }
        return new memory(layout, engine, values.pointer());
    }

    /** What lies in {@code buffer} from {@code offset} on, read in {@code layout}, which may leave gaps between its rows. */
    memory part(Buffer buffer, long offset, desc layout) {
        // oneDNN's size of a layout counts the gap behind the last row too, which need not be there.
        Objects.checkIndex(offset, buffer.elements());
        return new memory(layout, engine, NativeBuffer.of(buffer).pointer().getPointer(offset));
    }

    /**
     * Values that do not lie without gaps. The library takes the gap behind the last of them for part of the memory, so that
     * the size cannot be checked here.
     */
    memory strided(Buffer buffer, desc layout) {
        return new memory(layout, engine, NativeBuffer.of(buffer).pointer());
    }

    /** A zeroed buffer that keeps its values between runs. */
    NativeBuffer keptBuffer(long elements) {
        NativeBuffer buffer = NativeBuffer.allocate(elements);
        buffers.add(buffer);
        return buffer;
    }

    /** Memory that keeps its values between runs. */
    memory kept(desc layout) {
        return at(keptBuffer(Math.max(1, Layouts.floats(layout))), layout);
    }

    /** Memory filled with one value. */
    memory constant(desc layout, float value) {
        float[] values = new float[(int) Layouts.floats(layout)];
        Arrays.fill(values, value);
        return constant(layout, values);
    }

    /** Memory filled with {@code values}. */
    memory constant(desc layout, float[] values) {
        NativeBuffer buffer = keptBuffer(values.length);
        buffer.write(values);
        return at(buffer, layout);
    }

    /** Memory that other kernels use too, lost between runs. */
    memory temporary(desc layout) {
        memory result = new memory(layout, engine, (Pointer) null);
        temporaries.add(new Temporary(result, temporaryFloats));
        temporaryFloats += aligned(Layouts.floats(layout));
        return result;
    }

    /**
     * A parameter in another layout, for inference: copied there whenever parameters have changed, once for all kernels.
     *
     * @param count of the samples of a call, on which the layout may depend
     * @param plain where the flat vector holds it
     */
    memory prepared(Parameter parameter, int count, memory plain, desc wanted) {
        if (wanted.equals(plain.get_desc())) {
            return plain;
        }
        NativeBuffer buffer = memory.prepared(
                new PreparedKey(parameter, count),
                () -> NativeBuffer.allocate(Layouts.floats(wanted)),
                target -> copy(plain, at(target, wanted)));
        return at(buffer, wanted);
    }

    /** A parameter in a Java array, for inference: read again whenever parameters have changed, once for all kernels. */
    float[] array(Parameter parameter) {
        return memory.prepared(parameter, () -> new float[parameter.elements()], array -> {
            Buffer values = memory.parameter(parameter);
            return () -> values.read(array);
        });
    }

    /** What {@code source} holds, read in another layout. */
    memory view(memory source, desc layout) {
        for (Temporary temporary : List.copyOf(temporaries)) {
            if (temporary.memory() == source) {
                memory result = new memory(layout, engine, (Pointer) null);
                temporaries.add(new Temporary(result, temporary.offset()));
                return result;
            }
        }
        return new memory(layout, engine, source.get_data_handle());
    }

    /** Adds a step to the kernel. */
    void add(Runnable step) {
        steps.add(step);
    }

    boolean needsGradient(Tensor input) {
        return memory.gradientMode(input) != GradientMode.NONE;
    }

    /**
     * Adds the step that computes the gradient of {@code input}, by a primitive that can only overwrite.
     *
     * @param step makes the step that writes into the memory it is given
     */
    void addInto(Tensor input, desc layout, Function<memory, Runnable> step) {
        switch (memory.gradientMode(input)) {
            case NONE -> {}
            case OVERWRITE -> add(step.apply(gradient(input, layout)));
            case ACCUMULATE -> {
                memory contribution = temporary(layout);
                add(step.apply(contribution));
                memory sum = gradient(input, layout);
                add(binary(algorithm.binary_add, sum, contribution, sum, attributes()));
            }
        }
    }

    /** Post-operations with which a primitive treats the gradient of {@code input} as its mode asks. */
    post_ops accumulation(Tensor input) {
        post_ops operations = new post_ops();
        if (memory.gradientMode(input) == GradientMode.ACCUMULATE) {
            operations.append_sum();
        }
        return operations;
    }

    primitive_attr attributes() {
        return attributes(new post_ops());
    }

    /** Attributes of a product that adds to what its result holds. */
    primitive_attr adding() {
        post_ops operations = new post_ops();
        operations.append_sum();
        return attributes(operations);
    }

    /** Attributes of every primitive here: scratchpads come from the plan, not from the library's own pool. */
    primitive_attr attributes(post_ops operations) {
        primitive_attr attributes = new primitive_attr();
        attributes.set_scratchpad_mode(scratchpad_mode.user);
        attributes.set_post_ops(operations);
        return attributes;
    }

    static Call.Argument argument(int index, memory memory) {
        return new Call.Argument(index, memory);
    }

    /** A primitive bound to its arguments and to a scratchpad if it wants one. */
    Call call(primitive primitive, primitive_desc_base descriptor, Call.Argument... arguments) {
        IntMemoryMap map = new IntMemoryMap();
        for (Call.Argument argument : arguments) {
            map.put(argument.index(), argument.memory());
        }
        desc scratchpad = descriptor.scratchpad_desc();
        if (scratchpad.get_size() > 0) {
            memory pad = new memory(scratchpad, engine, (Pointer) null);
            scratchpads.add(pad);
            scratchpadFloats = Math.max(scratchpadFloats, Layouts.floats(scratchpad));
            map.put(DNNL_ARG_SCRATCHPAD, pad);
        }
        return new Call(stream, primitive, map);
    }

    /**
     * The same where nobody needs the descriptor any more: with it goes native memory, of the thousands of steps of a plan more
     * than a hundred megabytes.
     */
    private Call onlyCall(primitive primitive, primitive_desc_base descriptor, Call.Argument... arguments) {
        Call call = call(primitive, descriptor, arguments);
        nativeObjects.detach(descriptor);
        descriptor.deallocate();
        return call;
    }

    /**
     * {@code result = left · right}, matrix by matrix.
     *
     * @param more what the post-operations of {@code attributes} read
     */
    Call product(memory left, memory right, memory result, primitive_attr attributes, Call.Argument... more) {
        matmul.primitive_desc descriptor = new matmul.primitive_desc(
                engine, left.get_desc(), right.get_desc(), result.get_desc(), attributes, false);
        List<Call.Argument> arguments = new ArrayList<>(List.of(
                argument(DNNL_ARG_SRC, left), argument(DNNL_ARG_WEIGHTS, right), argument(DNNL_ARG_DST, result)));
        arguments.addAll(List.of(more));
        return onlyCall(new matmul(descriptor), descriptor, arguments.toArray(Call.Argument[]::new));
    }

    /**
     * {@code result = left · right + bias}, the bias a row.
     *
     * @param more what the post-operations of {@code attributes} read
     */
    Call product(
            memory left, memory right, memory bias, memory result, primitive_attr attributes, Call.Argument... more) {
        matmul.primitive_desc descriptor = new matmul.primitive_desc(
                engine, left.get_desc(), right.get_desc(), bias.get_desc(), result.get_desc(), attributes, false);
        List<Call.Argument> arguments = new ArrayList<>(List.of(
                argument(DNNL_ARG_SRC, left),
                argument(DNNL_ARG_WEIGHTS, right),
                argument(DNNL_ARG_BIAS, bias),
                argument(DNNL_ARG_DST, result)));
        arguments.addAll(List.of(more));
        return onlyCall(new matmul(descriptor), descriptor, arguments.toArray(Call.Argument[]::new));
    }

    /** {@code result = left ∘ right}, value by value; extents of 1 in {@code right} are repeated. */
    Call binary(algorithm operation, memory left, memory right, memory result, primitive_attr attributes) {
        binary.primitive_desc descriptor = new binary.primitive_desc(
                engine, operation, left.get_desc(), right.get_desc(), result.get_desc(), attributes, false);
        return onlyCall(
                new binary(descriptor),
                descriptor,
                argument(DNNL_ARG_SRC_0, left),
                argument(DNNL_ARG_SRC_1, right),
                argument(DNNL_ARG_DST, result));
    }

    /** {@code result = value ∘ factor + summand}, value by value; extents of 1 are repeated. */
    Call multiplyAdd(memory value, memory factor, memory summand, memory result) {
        post_ops add = new post_ops();
        add.append_binary(algorithm.binary_add, summand.get_desc());
        binary.primitive_desc descriptor = new binary.primitive_desc(
                engine,
                algorithm.binary_mul,
                value.get_desc(),
                factor.get_desc(),
                result.get_desc(),
                attributes(add),
                false);
        return onlyCall(
                new binary(descriptor),
                descriptor,
                argument(DNNL_ARG_SRC_0, value),
                argument(DNNL_ARG_SRC_1, factor),
                argument(DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1, summand),
                argument(DNNL_ARG_DST, result));
    }

    /** Copies {@code source} into the layout of {@code target}. */
    Call copy(memory source, memory target) {
        reorder.primitive_desc descriptor =
                new reorder.primitive_desc(engine, source.get_desc(), engine, target.get_desc(), attributes(), false);
        return onlyCall(
                new reorder(descriptor), descriptor, argument(DNNL_ARG_FROM, source), argument(DNNL_ARG_TO, target));
    }

    /** {@code sum += summand}, whose layouts may differ. */
    Call addTo(memory sum, memory summand) {
        post_ops operations = new post_ops();
        operations.append_sum();
        reorder.primitive_desc descriptor = new reorder.primitive_desc(
                engine, summand.get_desc(), engine, sum.get_desc(), attributes(operations), false);
        return onlyCall(
                new reorder(descriptor), descriptor, argument(DNNL_ARG_FROM, summand), argument(DNNL_ARG_TO, sum));
    }

    /** The finished kernel; the builder is used up. */
    OneDnnKernel finish() {
        long padOffset = temporaryFloats;
        long needed = padOffset + scratchpadFloats;
        if (needed > 0) {
            List<Temporary> unplaced = new ArrayList<>(temporaries);
            scratchpads.forEach(pad -> unplaced.add(new Temporary(pad, padOffset)));
            memory.scratch(
                    needed,
                    buffer -> unplaced.forEach(temporary -> temporary
                            .memory()
                            .set_data_handle(NativeBuffer.of(buffer).pointer().getPointer(temporary.offset()))));
        }
        nativeObjects.close(); // leaves the scope only: it was extended
        return new OneDnnKernel(steps, buffers, nativeObjects);
    }

    /** Frees everything instead, after a failure. */
    void discard() {
        nativeObjects.close();
        nativeObjects.close();
        buffers.forEach(NativeBuffer::close);
    }

    private static long aligned(long floats) {
        return (floats + CACHE_LINE_FLOATS - 1) / CACHE_LINE_FLOATS * CACHE_LINE_FLOATS;
    }
}
