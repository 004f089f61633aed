package io.dcd.engine.folding;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activate;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.DepthwiseConvolution;
import io.dcd.engine.operation.DynamicCoefficients;
import io.dcd.engine.operation.FoldedConvolution;
import io.dcd.engine.operation.FormedConvolution;
import io.dcd.engine.operation.KernelFormation;
import io.dcd.engine.operation.Operation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The same mathematics in fewer operations for inference, where a batch normalisation is a constant affine map: it goes
 * into the weights of the convolution before it, together with the sum and the activation that follow. A layer that is
 * dynamic by decomposition forms one kernel for each sample, with the batch normalisations of its latent path folded into
 * the factors: the whole kernel and one product where that takes less, else that of the latent path.
 */
public final class Folding {
    private final Graph graph;
    private final Readers readers;
    private final List<Tensor> tensors;
    private final DerivedParameters derived;
    /** What has been folded, by the tensor that it writes. */
    private final Map<Tensor, Folded> results = new HashMap<>();

    /**
     * Operations that one operation takes the place of.
     *
     * @param before what must run before it
     * @param addend makes an operation whose result the last one adds, and which takes the summand in its place
     * @param last makes it
     * @param replaced what it stands for
     */
    private record Folded(
            List<Operation> before,
            Optional<Addend> addend,
            Last last,
            Optional<Tensor> summand,
            Activation activation,
            Tensor output,
            Set<Operation> replaced) {
        Folded with(Optional<Tensor> added, Activation function, Operation by) {
            Set<Operation> all = new HashSet<>(replaced);
            all.add(by);
            return new Folded(before, addend, last, added, function, by.output(), all);
        }

        List<Operation> operations() {
            List<Operation> operations = new ArrayList<>(before);
            Optional<Operation> sum = addend.map(maker -> maker.make(summand));
            sum.ifPresent(operations::add);
            operations.add(last.make(sum.map(Operation::output).or(() -> summand), activation, output));
            return operations;
        }
    }

    /** Makes an operation that adds the summand to what it computes. */
    private interface Addend {
        Operation make(Optional<Tensor> summand);
    }

    /** Makes the operation that writes the result. */
    private interface Last {
        Operation make(Optional<Tensor> summand, Activation activation, Tensor output);
    }

    private Folding(Graph graph) {
        this.graph = graph;
        readers = new Readers(graph);
        tensors = new ArrayList<>(graph.tensors());
        derived = new DerivedParameters(graph.parameterElements());
    }

    /** The folded form of {@code graph}; only for inference. */
    public static FoldedGraph apply(Graph graph) {
        return new Folding(graph).fold();
    }

    private FoldedGraph fold() {
        Map<Operation, DynamicLayer> layers = new HashMap<>();
        Set<Operation> inside = new HashSet<>();
        for (Operation operation : graph.operations()) {
            if (operation instanceof BatchNormalization normalization) {
                DynamicLayer.before(normalization, readers).ifPresent(layer -> {
                    layers.put(normalization, layer);
                    inside.addAll(layer.operations());
                });
            }
        }
        for (Operation operation : graph.operations()) {
            if (layers.containsKey(operation)) {
                results.put(operation.output(), folded(layers.get(operation)));
            } else if (inside.contains(operation)) {
                continue;
            } else if (operation instanceof BatchNormalization normalization) {
                fold(normalization).ifPresent(folded -> results.put(folded.output(), folded));
            } else if (operation instanceof Add sum) {
                fold(sum);
            } else if (operation instanceof Activate activate) {
                absorb(activate.input(), Optional.empty(), activate.activation(), activate);
            }
        }
        Set<Operation> replaced = new HashSet<>();
        results.values().forEach(folded -> replaced.addAll(folded.replaced()));
        List<Operation> operations = new ArrayList<>();
        for (Operation operation : graph.operations()) {
            Folded folded = results.get(operation.output());
            if (folded != null) {
                operations.addAll(folded.operations());
            } else if (!replaced.contains(operation)) {
                operations.add(operation);
            }
        }
        List<Parameter> parameters = new ArrayList<>(graph.parameters());
        derived.derivations().forEach(derivation -> parameters.add(derivation.target()));
        return new FoldedGraph(
                new Graph(tensors, graph.inputs(), operations, graph.output(), parameters),
                graph.parameterElements(),
                derived.derivations());
    }

    private void fold(Add sum) {
        // The main path comes right in a residual block; either may take the other in.
        if (!absorb(sum.right(), Optional.of(sum.left()), Activation.IDENTITY, sum)) {
            absorb(sum.left(), Optional.of(sum.right()), Activation.IDENTITY, sum);
        }
    }

    /** Lets what writes {@code input} do the work of {@code by} too, if nobody else reads it. */
    private boolean absorb(Tensor input, Optional<Tensor> summand, Activation activation, Operation by) {
        Folded folded = results.get(input);
        if (folded == null
                || folded.activation() != Activation.IDENTITY
                || (summand.isPresent() && folded.summand().isPresent())
                || !readers.once(input)) {
            return false;
        }
        results.remove(input);
        results.put(by.output(), folded.with(summand.or(folded::summand), activation, by));
        return true;
    }

    private Optional<Folded> fold(BatchNormalization normalization) {
        Tensor input = normalization.input();
        if (!readers.once(input)) {
            return Optional.empty();
        }
        return readers.producer(input, Convolution.class)
                .map(operation -> folded(operation, normalization))
                .or(() -> readers.producer(input, DepthwiseConvolution.class)
                        .map(operation -> folded(operation, normalization)));
    }

    private Folded folded(Convolution operation, BatchNormalization normalization) {
        Parameter weights = derived.convolution(operation.weights(), normalization);
        Parameter bias = derived.bias(operation.weights(), normalization);
        return folded(
                operation,
                convolution(
                        operation.input(), weights, bias, operation.stride(), operation.padding(), Optional.empty()),
                normalization);
    }

    private Folded folded(DepthwiseConvolution operation, BatchNormalization normalization) {
        Parameter weights = derived.depthwise(operation.weights(), normalization);
        Parameter bias = derived.bias(operation.weights(), normalization);
        return folded(
                operation,
                convolution(
                        operation.input(), weights, bias, operation.stride(), operation.padding(), Optional.empty()),
                normalization);
    }

    private static Last convolution(
            Tensor input, Parameter weights, Parameter bias, int stride, int padding, Optional<Tensor> coefficients) {
        return (summand, activation, output) ->
                new FoldedConvolution(input, weights, bias, stride, padding, coefficients, summand, activation, output);
    }

    private static Folded folded(Operation convolution, Last last, BatchNormalization normalization) {
        return new Folded(
                List.of(),
                Optional.empty(),
                last,
                Optional.empty(),
                normalization.activation(),
                normalization.output(),
                Set.of(convolution, normalization));
    }

    private Folded folded(DynamicLayer layer) {
        DynamicCoefficients coefficients = coefficients(layer, layer.fixed().input());
        return layer.formed() ? formed(layer, coefficients) : applied(layer, coefficients);
    }

    private static Folded folded(List<Operation> before, Last last, DynamicLayer layer, Optional<Addend> addend) {
        return new Folded(
                before,
                addend,
                last,
                Optional.empty(),
                layer.normalization().activation(),
                layer.normalization().output(),
                layer.operations());
    }

    /** One kernel for each sample, and one product. */
    private Folded formed(DynamicLayer layer, DynamicCoefficients coefficients) {
        Tensor x = layer.fixed().input();
        Optional<KernelFormation.Fusion> fusion =
                layer.residual().map(residual -> fusion(residual, coefficients, derived.left(layer)));
        KernelFormation formation = formation(
                layer.fixed().weights().layer(),
                coefficients,
                layer.attention().isPresent(),
                derived.fixed(layer),
                derived.bias(layer),
                fusion);
        return folded(
                List.of(coefficients, formation),
                (summand, activation, output) ->
                        new FormedConvolution(formation.output(), x, 1, summand, activation, output),
                layer,
                Optional.empty());
    }

    /**
     * λ ⊙ (F * x) + P·u, where the kernel of u is formed for each sample: it is as narrow as the latent space.
     */
    private Folded applied(DynamicLayer layer, DynamicCoefficients coefficients) {
        Convolution fixed = layer.fixed();
        String name = fixed.weights().layer();
        List<Operation> before = new ArrayList<>(List.of(coefficients));
        Optional<Tensor> factors = layer.attention().map(attention -> coefficients.output());
        Parameter weights = derived.convolution(fixed.weights(), layer.normalization());
        Parameter bias = derived.bias(fixed.weights(), layer.normalization());
        Optional<Tensor> latent = layer.residual().map(residual -> {
            KernelFormation formation = latentFormation(layer, residual, coefficients);
            Tensor u = tensor(name + ".u", residual.right().output().shape());
            before.add(formation);
            before.add(new FormedConvolution(
                    formation.output(), fixed.input(), fixed.stride(), Optional.empty(), Activation.IDENTITY, u));
            return u;
        });
        Optional<Parameter> left = layer.residual()
                .map(residual -> derived.convolution(residual.left().weights(), layer.normalization()));
        int outputs = fixed.output().shape().channels();
        Optional<Parameter> zeros = left.map(parameter -> derived.zeros(fixed.weights(), "zeros", outputs));
        Optional<Tensor> residual =
                latent.map(u -> tensor(name + ".residual", fixed.output().shape()));
        return folded(
                before,
                convolution(fixed.input(), weights, bias, fixed.stride(), fixed.padding(), factors),
                layer,
                residual.map(sum -> (Addend) (summand -> new FoldedConvolution(
                        latent.orElseThrow(),
                        left.orElseThrow(),
                        zeros.orElseThrow(),
                        1,
                        0,
                        Optional.empty(),
                        summand,
                        Activation.IDENTITY,
                        sum))));
    }

    /** The kernel of u: Q·(Φ + I)ᵀ, and its bias. */
    private KernelFormation latentFormation(
            DynamicLayer layer, DynamicLayer.Residual residual, DynamicCoefficients coefficients) {
        int inputs = layer.fixed().input().shape().channels();
        int columns = DynamicCoefficients.padded(residual.product().rows());
        return formation(
                layer.fixed().weights().layer(),
                coefficients,
                false,
                derived.zeros(residual.right().weights(), "zeros", inputs, columns),
                derived.latentBias(residual),
                Optional.of(fusion(residual, coefficients, derived.identity(residual))));
    }

    private KernelFormation.Fusion fusion(
            DynamicLayer.Residual residual, DynamicCoefficients coefficients, Parameter left) {
        return new KernelFormation.Fusion(
                residual.product().rows(),
                coefficients.fusionOffset(),
                residual.latent().isPresent(),
                left,
                derived.right(residual));
    }

    private KernelFormation formation(
            String name,
            DynamicCoefficients coefficients,
            boolean attention,
            Parameter fixed,
            Parameter bias,
            Optional<KernelFormation.Fusion> fusion) {
        // As a map and not a vector, so that it is formed next to the product that reads it.
        Shape shape = new Shape(fixed.shape().get(0) + 1, 1, fixed.shape().get(1));
        return new KernelFormation(
                coefficients.output(), attention, fixed, bias, fusion, tensor(name + ".kernel", shape));
    }

    private DynamicCoefficients coefficients(DynamicLayer layer, Tensor x) {
        DynamicLayer.Branch branch = layer.branch();
        Parameter first = derived.transposed(branch.first().weights());
        Parameter second = derived.transposed(branch.second().weights());
        Optional<Parameter> attention =
                layer.attention().map(part -> derived.transposed(part.logits().weights()));
        Optional<Parameter> fusion = layer.residual().map(derived::fusion);
        int width = attention.map(matrix -> matrix.shape().get(1)).orElse(0)
                + fusion.map(matrix -> matrix.shape().get(1)).orElse(0);
        return new DynamicCoefficients(
                x,
                branch.pooling().output().shape().height(),
                first,
                second,
                attention,
                fusion,
                tensor(layer.fixed().weights().layer() + ".coefficients", Shape.vector(width)));
    }

    private Tensor tensor(String name, Shape shape) {
        Tensor tensor = new Tensor(tensors.size(), name, shape);
        tensors.add(tensor);
        return tensor;
    }
}
