package io.dcd.engine.fusion;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.BatchedProduct;
import io.dcd.engine.operation.Centring;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.GramMatrix;
import io.dcd.engine.operation.KernelBasis;
import io.dcd.engine.operation.KernelNormalization;
import io.dcd.engine.operation.KernelProduct;
import io.dcd.engine.operation.Operation;
import io.dcd.engine.operation.Scale;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Moves pointwise layers with their batch normalisations, dynamic or not, from the positions of a map to the rows of a
 * kernel. All that lies between x and the layer's activation treats every position alike and is linear or an affine map
 * whose coefficients follow from moments; so it may be applied to the C + 1 rows of a {@link KernelBasis} in place of the
 * many positions of x, with each batch normalisation as a {@link KernelNormalization}. One {@link KernelProduct} with x
 * then writes the activated result, and nothing else as wide exists.
 */
public final class KernelSpace {
    private final Graph graph;
    private final List<Tensor> tensors;
    private final Map<Tensor, Operation> producers = new HashMap<>();
    private final Map<Tensor, Set<Operation>> readers = new HashMap<>();

    private KernelSpace(Graph graph) {
        this.graph = graph;
        tensors = new ArrayList<>(graph.tensors());
        for (Operation operation : graph.operations()) {
            producers.put(operation.output(), operation);
            operation.inputs().forEach(input -> readers.computeIfAbsent(input, key -> new HashSet<>())
                    .add(operation));
        }
    }

    /**
     * {@code graph} with every layer moved for which {@code worthwhile} holds.
     *
     * @param worthwhile tells by the shapes of x and of the layer's result
     */
    public static Graph apply(Graph graph, BiPredicate<Shape, Shape> worthwhile) {
        return new KernelSpace(graph).rewrite(worthwhile);
    }

    private Graph rewrite(BiPredicate<Shape, Shape> worthwhile) {
        Map<Operation, Layer> layers = new HashMap<>();
        Set<Operation> inside = new HashSet<>();
        // From the end: a layer is found before the normalisations inside it, which are no layers of their own.
        for (int i = graph.operations().size() - 1; i >= 0; i--) {
            if (graph.operations().get(i) instanceof BatchNormalization normalization
                    && !inside.contains(normalization)) {
                Layer.endingWith(normalization, this)
                        .filter(layer -> worthwhile.test(
                                layer.input.shape(), normalization.output().shape()))
                        .ifPresent(layer -> {
                            layers.put(normalization, layer);
                            inside.addAll(layer.operations);
                        });
            }
        }
        List<Operation> operations = new ArrayList<>();
        for (Operation operation : graph.operations()) {
            if (layers.containsKey(operation)) {
                operations.addAll(moved(layers.get(operation)));
            } else if (!inside.contains(operation)) {
                operations.add(operation);
            }
        }
        return new Graph(tensors, graph.inputs(), operations, graph.output(), graph.parameters());
    }

    private List<Operation> moved(Layer layer) {
        Tensor x = layer.input;
        int rows = x.shape().channels() + 1;
        String name = layer.normalization.output().name();
        Tensor centred = tensor(
                name + ".centred", new Shape(x.shape().height(), x.shape().width(), rows));
        Tensor gram = tensor(name + ".gram", new Shape(rows, 1, rows));
        Tensor basis = kernel(x, rows);
        List<Operation> operations = new ArrayList<>(
                List.of(new Centring(x, centred), new GramMatrix(centred, gram), new KernelBasis(x, basis)));
        Map<Tensor, Tensor> kernels = new HashMap<>(Map.of(x, basis));
        for (Operation operation : layer.operations) {
            Tensor output = kernel(operation.output(), rows);
            operations.add(moved(operation, kernels, gram, output));
            kernels.put(operation.output(), output);
        }
        BatchNormalization last = layer.normalization;
        operations.add(new KernelProduct(centred, kernels.get(last.output()), last.activation(), last.output()));
        return operations;
    }

    private static Operation moved(Operation operation, Map<Tensor, Tensor> kernels, Tensor gram, Tensor output) {
        if (operation instanceof Convolution convolution) {
            return new Convolution(kernels.get(convolution.input()), convolution.weights(), 1, 0, output);
        }
        if (operation instanceof Scale scale) {
            return new Scale(kernels.get(scale.input()), scale.factor(), output);
        }
        if (operation instanceof BatchedProduct product) {
            return new BatchedProduct(product.matrix(), product.blocks(), kernels.get(product.input()), output);
        }
        if (operation instanceof Add sum) {
            return new Add(kernels.get(sum.left()), kernels.get(sum.right()), output);
        }
        BatchNormalization normalization = (BatchNormalization) operation;
        return new KernelNormalization(
                gram, kernels.get(normalization.input()), normalization.withActivation(Activation.IDENTITY), output);
    }

    private Tensor kernel(Tensor map, int rows) {
        return tensor(map.name() + ".kernel", new Shape(rows, 1, map.shape().channels()));
    }

    private Tensor tensor(String name, Shape shape) {
        Tensor tensor = new Tensor(tensors.size(), name, shape);
        tensors.add(tensor);
        return tensor;
    }

    /** What lies between x and the result of a layer's batch normalisation. */
    private static final class Layer {
        private final Tensor input;
        private final BatchNormalization normalization;
        private final KernelSpace graph;
        /** Every operation after those whose outputs it reads. */
        private final Set<Operation> operations = new LinkedHashSet<>();

        private Layer(Tensor input, BatchNormalization normalization, KernelSpace graph) {
            this.input = input;
            this.normalization = normalization;
            this.graph = graph;
        }

        /** The layer that {@code normalization} ends, if all of it can be moved and nobody reads what lies inside. */
        static Optional<Layer> endingWith(BatchNormalization normalization, KernelSpace graph) {
            Operation term = graph.producers.get(normalization.input());
            if (term instanceof Add sum) {
                term = graph.producers.get(sum.left());
            }
            if (term instanceof Scale attention) {
                term = graph.producers.get(attention.input());
            }
            if (!(term instanceof Convolution fixed)) {
                return Optional.empty();
            }
            Layer layer = new Layer(fixed.input(), normalization, graph);
            return layer.collect(normalization) && layer.closed() ? Optional.of(layer) : Optional.empty();
        }

        private boolean collect(Operation operation) {
            if (operations.contains(operation)) {
                return true;
            }
            if (!movable(operation)) {
                return false;
            }
            for (Tensor map : maps(operation)) {
                if (!map.equals(input) && !collect(graph.producers.get(map))) {
                    return false;
                }
            }
            operations.add(operation);
            return true;
        }

        private boolean movable(Operation operation) {
            if (operation instanceof Convolution convolution) {
                return convolution.kernel() == 1 && convolution.stride() == 1 && convolution.padding() == 0;
            }
            if (operation instanceof BatchNormalization inner) {
                return inner.equals(normalization) || inner.activation() == Activation.IDENTITY;
            }
            return operation instanceof Scale || operation instanceof BatchedProduct || operation instanceof Add;
        }

        /** The inputs that are maps: factors and matrices stay what they are. */
        private static List<Tensor> maps(Operation operation) {
            if (operation instanceof Scale scale) {
                return List.of(scale.input());
            }
            if (operation instanceof BatchedProduct product) {
                return List.of(product.input());
            }
            return operation.inputs();
        }

        private boolean closed() {
            return operations.stream()
                    .filter(operation -> !operation.equals(normalization))
                    .map(Operation::output)
                    .allMatch(tensor ->
                            !tensor.equals(graph.graph.output()) && operations.containsAll(graph.readers.get(tensor)));
        }
    }
}
