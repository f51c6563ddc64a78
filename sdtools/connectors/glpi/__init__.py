"""GLPI over its REST API (apirest.php), as GLPI FACTS describes it."""
