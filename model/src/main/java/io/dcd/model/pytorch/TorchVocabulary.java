package io.dcd.model.pytorch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names that PyTorch writes into the pickle of a state dictionary, as data: ordered dictionaries, storages, and the
 * functions that view a storage as a tensor. Every other name is refused.
 */
final class TorchVocabulary implements PickleVocabulary {
    /** What a user can do about a file that asks for more. */
    static final String REMEDY =
            "save the state dictionary alone, torch.save(model.state_dict(), file), if you trust where it comes from";

    /** Names that are called. */
    private enum Function {
        ORDERED_DICTIONARY,
        /** (storage, offset, shape, strides), PyTorch before 0.4. */
        TENSOR_1,
        /** The same and more that only training needs. */
        TENSOR_2,
        /** (tensor, whether it has a gradient, hooks). */
        PARAMETER,
        /** (value, the name of its type), written by PyTorch for C++. */
        TYPED
    }

    private static final Map<String, Function> FUNCTIONS = Map.of(
            "collections.OrderedDict", Function.ORDERED_DICTIONARY,
            "torch._utils._rebuild_tensor", Function.TENSOR_1,
            "torch._utils._rebuild_tensor_v2", Function.TENSOR_2,
            "torch._utils._rebuild_parameter", Function.PARAMETER,
            "torch.jit._pickle.restore_type_tag", Function.TYPED);

    @Override
    public Object global(String module, String name) {
        String qualified = module + "." + name;
        Optional<ElementType> type =
                module.equals("torch") ? ElementType.ofStorageClass(name) : Optional.<ElementType>empty();
        if (type.isPresent()) {
            return type.get();
        }
        Function function = FUNCTIONS.get(qualified);
        if (function == null) {
            throw new TorchFileException(
                    "its pickle asks for %s, which no state dictionary needs and nothing here runs; %s"
                            .formatted(Printable.of(qualified), REMEDY));
        }
        return function;
    }

    @Override
    public Object call(Object function, List<Object> arguments) {
        if (!(function instanceof Function known)) {
            throw new TorchFileException("its pickle calls what is no function; " + REMEDY);
        }
        return switch (known) {
            case ORDERED_DICTIONARY -> dictionary(arguments);
            case TENSOR_1, TENSOR_2 -> tensor(arguments);
            case PARAMETER -> argument(arguments, 0, TensorReference.class);
            case TYPED -> argument(arguments, 0, Object.class);
        };
    }

    @Override
    public StorageReference persistent(Object id) {
        List<Object> parts = PickleReader.sequence(id, "the parts of a persistent id");
        if (!"storage".equals(argument(parts, 0, String.class))) {
            throw new TorchFileException("its pickle refers to something outside that is no storage; " + REMEDY);
        }
        // Written until PyTorch 0.4: the storage is a part of another one.
        if (parts.size() > 5 && parts.get(5) != null) {
            throw new TorchFileException(
                    "it has a storage that is part of another; load and save it with a newer PyTorch");
        }
        return new StorageReference(
                argument(parts, 1, ElementType.class),
                argument(parts, 2, String.class),
                argument(parts, 4, Long.class));
    }

    /** Attributes are not looked at: PyTorch gives a state dictionary the versions of its modules. */
    @Override
    public void build(Object object, Object state) {
        if (!(object instanceof Map && state instanceof Map)) {
            throw new TorchFileException("its pickle sets attributes of what is no dictionary; " + REMEDY);
        }
    }

    /** Python 3 fills it afterwards, Python 2 gives its items. */
    private static Map<Object, Object> dictionary(List<Object> arguments) {
        Map<Object, Object> dictionary = new LinkedHashMap<>();
        if (!arguments.isEmpty()) {
            for (Object item : argument(arguments, 0, List.class)) {
                List<Object> pair = PickleReader.sequence(item, "the items of a dictionary");
                PickleReader.put(dictionary, argument(pair, 0, Object.class), argument(pair, 1, Object.class));
            }
        }
        return dictionary;
    }

    private static TensorReference tensor(List<Object> arguments) {
        return new TensorReference(
                argument(arguments, 0, StorageReference.class),
                argument(arguments, 1, Long.class),
                integers(argument(arguments, 2, List.class)),
                integers(argument(arguments, 3, List.class)));
    }

    private static List<Long> integers(List<?> values) {
        return values.stream()
                .map(value -> {
                    if (value instanceof Long integer) {
                        return integer;
                    }
                    throw new TorchFileException("its pickle is damaged: a tensor's extent is no whole number");
                })
                .toList();
    }

    private static <T> T argument(List<Object> arguments, int index, Class<T> type) {
        if (index >= arguments.size() || !type.isInstance(arguments.get(index))) {
            throw new TorchFileException(
                    "its pickle is damaged: operand %d of a call is no %s".formatted(index + 1, type.getSimpleName()));
        }
        return type.cast(arguments.get(index));
    }
}
