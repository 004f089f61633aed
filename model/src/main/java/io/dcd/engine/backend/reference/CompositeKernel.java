package io.dcd.engine.backend.reference;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.PixelBuffer;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.CompositeOperation;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Runs the parts of a composite operation one after the other, on memory of its own for the tensors in between. */
final class CompositeKernel implements Kernel {
    private final List<Kernel> kernels = new ArrayList<>();

    CompositeKernel(
            CompositeOperation operation, KernelMemory memory, BiFunction<Operation, KernelMemory, Kernel> kernelOf) {
        Map<Tensor, Buffer> values = new HashMap<>();
        Map<Tensor, Buffer> gradients = new HashMap<>();
        for (Operation part : operation.parts()) {
            Tensor tensor = part.output();
            if (!tensor.equals(operation.output())) {
                int elements = memory.batch() * tensor.shape().elements();
                values.put(tensor, new ReferenceBuffer(elements));
                gradients.put(tensor, new ReferenceBuffer(elements));
            }
        }
        KernelMemory inner = new PartMemory(memory, values, gradients);
        operation.parts().forEach(part -> kernels.add(kernelOf.apply(part, inner)));
    }

    @Override
    public void forward() {
        kernels.forEach(Kernel::forward);
    }

    @Override
    public void backward() {
        for (int i = kernels.size() - 1; i >= 0; i--) {
            kernels.get(i).backward();
        }
    }

    /** The memory of the composite, and that of the tensors between its parts. */
    private record PartMemory(KernelMemory outer, Map<Tensor, Buffer> values, Map<Tensor, Buffer> gradients)
            implements KernelMemory {
        @Override
        public int batch() {
            return outer.batch();
        }

        @Override
        public boolean training() {
            return outer.training();
        }

        @Override
        public Buffer value(Tensor tensor) {
            return values.containsKey(tensor) ? values.get(tensor) : outer.value(tensor);
        }

        @Override
        public Buffer gradient(Tensor tensor) {
            return gradients.containsKey(tensor) ? gradients.get(tensor) : outer.gradient(tensor);
        }

        @Override
        public GradientMode gradientMode(Tensor input) {
            return values.containsKey(input) ? GradientMode.OVERWRITE : outer.gradientMode(input);
        }

        @Override
        public Buffer parameter(Parameter parameter) {
            return outer.parameter(parameter);
        }

        @Override
        public Buffer parameterGradient(Parameter parameter) {
            return outer.parameterGradient(parameter);
        }

        @Override
        public PixelBuffer pixels() {
            return outer.pixels();
        }

        @Override
        public void scratch(long elements, Consumer<Buffer> user) {
            outer.scratch(elements, user);
        }

        @Override
        public long randomKey() {
            return outer.randomKey();
        }
    }
}
