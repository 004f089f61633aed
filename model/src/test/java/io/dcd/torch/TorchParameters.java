package io.dcd.torch;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The parameters of an engine graph as libtorch's tensors, in PyTorch's own layouts. */
public final class TorchParameters implements AutoCloseable {
    private final Graph graph;
    private final torch.ScalarType precision;
    private final Map<String, Tensor> tensors = new HashMap<>();

    /** Leaves of the autograd graph with the values of the flat vector {@code values}. */
    public TorchParameters(Graph graph, float[] values, torch.ScalarType precision) {
        this.graph = graph;
        this.precision = precision;
        for (Parameter parameter : graph.parameters()) {
            int first = Math.toIntExact(parameter.offset());
            float[] slice = Arrays.copyOfRange(values, first, first + parameter.elements());
            Tensor tensor = TensorScope.keepingResult(
                    () -> toTorch(parameter, tensor(slice, torch.ScalarType.Float, shape(parameter)))
                            .to(precision));
            tensor.set_requires_grad(parameter.kind().trainable());
            tensors.put(parameter.name(), tensor);
        }
    }

    /** A tensor of {@code values}. */
    public static Tensor tensor(float[] values, torch.ScalarType precision, long... shape) {
        Tensor tensor = torch.zeros(shape, new TensorOptions(torch.ScalarType.Float));
        tensor.data_ptr_float().put(values);
        return tensor.to(precision);
    }

    /** The values of {@code tensor}, row-major. */
    public static double[] values(Tensor tensor) {
        return TensorScope.releasing(() -> {
            Tensor contiguous = tensor.to(torch.ScalarType.Double).contiguous();
            double[] values = new double[Math.toIntExact(contiguous.numel())];
            contiguous.data_ptr_double().get(values);
            return values;
        });
    }

    /** The precision of all tensors. */
    public torch.ScalarType precision() {
        return precision;
    }

    /** The tensor of the parameter {@code name}. */
    public Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("the graph has no parameter " + name);
        }
        return tensor;
    }

    /** Whether there is a parameter {@code name}. */
    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** The extent {@code dimension} of the parameter {@code name}. */
    public long size(String name, int dimension) {
        return get(name).size(dimension);
    }

    /** All trainable tensors. */
    public TensorVector trainable() {
        List<Tensor> list = new ArrayList<>();
        for (Parameter parameter : graph.parameters()) {
            if (parameter.kind().trainable()) {
                list.add(get(parameter.name()));
            }
        }
        return new TensorVector(list.toArray(new Tensor[0]));
    }

    /** The values of {@code parameter} now, in the engine's layout. */
    public double[] values(Parameter parameter) {
        return TensorScope.releasing(() -> values(fromTorch(parameter, get(parameter.name()))));
    }

    /** The gradient of {@code parameter} after a backward pass, in the engine's layout. */
    public double[] gradient(Parameter parameter) {
        return TensorScope.releasing(
                () -> values(fromTorch(parameter, get(parameter.name()).grad())));
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }

    private Tensor toTorch(Parameter parameter, Tensor tensor) {
        if (parameter.shape().size() == 3) {
            // Depthwise: (k, k, C) to (C, 1, k, k).
            return tensor.permute(2, 0, 1).unsqueeze(1).contiguous();
        }
        if (parameter.shape().size() == 5) {
            // Kernels to mix: (K, k, k, out, in) to (K, out, in, k, k).
            return tensor.permute(0, 3, 4, 1, 2).contiguous();
        }
        if (parameter.key().equals("FC1") && dynamicBranch(parameter)) {
            // The pooled vector: position·C + c to c·p² + position.
            long channels = channels(parameter);
            long rows = parameter.shape().get(0);
            return tensor.reshape(rows, -1, channels)
                    .permute(0, 2, 1)
                    .reshape(rows, -1)
                    .contiguous();
        }
        return tensor;
    }

    private Tensor fromTorch(Parameter parameter, Tensor tensor) {
        if (parameter.shape().size() == 3) {
            return tensor.squeeze(1).permute(1, 2, 0);
        }
        if (parameter.shape().size() == 5) {
            return tensor.permute(0, 3, 4, 1, 2);
        }
        if (parameter.key().equals("FC1") && dynamicBranch(parameter)) {
            long rows = parameter.shape().get(0);
            return tensor.reshape(rows, channels(parameter), -1).permute(0, 2, 1);
        }
        return tensor;
    }

    /** Whether the parameter's layer pools to more than one position, as only DCD's branches do. */
    private boolean dynamicBranch(Parameter branch) {
        return graph.parameters().stream()
                .anyMatch(parameter -> parameter.layer().equals(branch.layer())
                        && parameter.key().equals("W0"));
    }

    /** C_in of the layer that owns {@code branch}. */
    private long channels(Parameter branch) {
        List<Integer> shape = graph.parameters().stream()
                .filter(parameter -> parameter.layer().equals(branch.layer())
                        && parameter.key().equals("W0"))
                .findFirst()
                .orElseThrow()
                .shape();
        return shape.size() == 3 ? shape.get(2) : shape.get(1);
    }

    private static long[] shape(Parameter parameter) {
        return parameter.shape().stream().mapToLong(Integer::longValue).toArray();
    }
}
